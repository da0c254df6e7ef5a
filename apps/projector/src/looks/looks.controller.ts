import { answers, answersCsv, Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ledgerId } from '../explanations/explanations.controller.js';
import { Looks, lookView, type LookView } from './looks.js';

const about = ledgerId.exactOptional().describe('Only looks at this record or individual.');
const query = z.strictObject({
  about,
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).exactOptional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const csvQuery = z.strictObject({ about });

/** Who looked at how individuals came to be. */
@ApiTags('looks')
@ApiBearerAuth()
@Roles('auditor')
@Controller('v1')
export class LooksController {
  readonly #looks: Looks;

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  @Get('looks')
  @ApiOperation({ summary: 'The trail of looks, the latest first; before gives those that came earlier' })
  @ApiResponse(answers(200, 'The looks.', z.object({ looks: z.array(lookView) })))
  async page(
    @Query({ schema: query }) asked: z.output<typeof query>,
  ): Promise<{ readonly looks: readonly LookView[] }> {
    return { looks: await this.#looks.page(asked) };
  }

  @Get('looks.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @ApiOperation({ summary: 'The whole trail of looks as CSV, the latest first' })
  @ApiResponse(answersCsv(200, 'The looks.'))
  async csv(@Query({ schema: csvQuery }) asked: z.output<typeof csvQuery>): Promise<string> {
    return this.#looks.csv(asked.about);
  }
}
