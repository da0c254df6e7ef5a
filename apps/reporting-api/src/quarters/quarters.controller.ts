import { answers, Problem, problems, Roles } from '@kinledger/service-kit';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { periodAsked } from '../figures/reach-question.js';
import {
  ClosedQuarters,
  closedQuarterView,
  publishedQuarterView,
  type ClosedQuarterView,
  type PublishedQuarterView,
} from './closed-quarters.js';

const quartersAnswer = z.object({ quarters: z.array(closedQuarterView) });
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
    summary: 'Quarters that are closed, latest first: when, by whom, and where their figures stand',
  })
  async all(): Promise<{ quarters: readonly ClosedQuarterView[] }> {
    return { quarters: await this.#quarters.all() };
  }

  @Get(':period')
  @ApiResponse(answers(200, 'The closed quarter.', publishedQuarterView))
  @ApiResponse(problems(404, 'This quarter is not closed.'))
  @ApiOperation({
    summary: 'A closed quarter and its figures as they were published, after disclosure control',
  })
  async find(@Param('period', { schema: periodText }) text: string): Promise<PublishedQuarterView> {
    const period = periodAsked(text);
    const found = period && (await this.#quarters.find(period.code));
    if (found === undefined) {
      throw new Problem(404, 'quarter-not-closed', { detail: 'This quarter is not closed.' });
    }
    return found;
  }
}
