import { answers, CurrentCaller, Problem, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { periodAsked } from '../figures/reach-question.js';
import { seenBy } from '../figures/seen.js';
import {
  ClosedQuarters,
  closedQuarterView,
  publishedQuarterView,
  type ClosedQuarterView,
  type PublishedQuarterView,
} from './closed-quarters.js';

const quartersAnswer = z.object({ quarters: z.array(closedQuarterView) });
const editionQuery = z.object({
  edition: z.coerce
    .number()
    .int()
    .min(1)
    .max(99)
    .optional()
    .describe('Which closing of the quarter; without it, the one that is published, else the latest.'),
});
const periodText = z.string().max(60).describe('2023-24-Q2, Q2 2023/24, …');

@ApiTags('quarters')
@ApiBearerAuth()
@Roles('reader', 'data-team', 'operator')
@Controller('v1/quarters')
export class QuartersController {
  readonly #quarters: ClosedQuarters;

  constructor(quarters: ClosedQuarters) {
    this.#quarters = quarters;
  }

  @Get()
  @ApiResponse(answers(200, 'The closed quarters.', quartersAnswer))
  @ApiOperation({
    summary:
      'Quarters that are closed, in every edition, latest first: when, by whom, what their audit found, and who published them',
  })
  async all(@CurrentCaller() caller: Caller): Promise<{ quarters: readonly ClosedQuarterView[] }> {
    return { quarters: await this.#quarters.all(seenBy(caller)) };
  }

  @Get(':period')
  @ApiResponse(answers(200, 'The closed quarter.', publishedQuarterView))
  @ApiResponse(problems(404, 'This quarter is not closed in this edition.'))
  @ApiOperation({
    summary: 'A closed quarter and its figures after disclosure control: to readers as they are published',
  })
  async find(
    @CurrentCaller() caller: Caller,
    @Param('period', { schema: periodText }) text: string,
    @Query({ schema: editionQuery }) { edition }: z.output<typeof editionQuery>,
  ): Promise<PublishedQuarterView> {
    const period = periodAsked(text);
    const found = period && (await this.#quarters.find(seenBy(caller), period.code, edition));
    if (found === undefined) {
      throw new Problem(404, 'quarter-not-closed', {
        detail: 'This quarter is not closed, or not in this edition.',
      });
    }
    return found;
  }
}
