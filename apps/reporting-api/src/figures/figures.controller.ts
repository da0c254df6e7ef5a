import type { ReachScope } from '@kinledger/figures';
import { Problem, Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { answerSchema } from '../open-api.js';
import { Figures } from './figures.js';
import { quartersAnswer, reachAnswer, type QuartersAnswer, type ReachAnswer } from './reach-answer.js';
import { quartersCsv, reachCsv } from './reach-csv.js';
import { periodAsked, reachQuery, type ReachQuery } from './reach-question.js';

const quartersQuery = z.strictObject({
  scope: z.string().max(120).default('programme').describe('programme, strand:<strand> or service:<service>'),
});

/** Reads `programme`, `strand:x` or `service:y`. @throws Problem 400 for anything else. */
export function scopeAsked(text: string): ReachScope {
  if (text === 'programme') return { kind: 'programme' };
  const match = /^(strand|service):([a-z0-9-]{1,80})$/.exec(text);
  if (match?.[2] === undefined) {
    throw new Problem(400, 'scope-unreadable', {
      detail: 'The scope cannot be read: write programme, strand:<strand> or service:<service>.',
    });
  }
  return { kind: match[1] === 'strand' ? 'strand' : 'service', id: match[2] };
}

@ApiTags('figures')
@ApiBearerAuth()
@Roles('reader', 'data-team', 'operator')
@Controller('v1/figures')
export class FiguresController {
  constructor(private readonly figures: Figures) {}

  @Get('reach')
  @ApiOkResponse({ schema: answerSchema(reachAnswer) })
  @ApiOperation({ summary: 'Unique reach of a period by programme, strand and service' })
  async reach(@Query({ schema: reachQuery }) query: ReachQuery): Promise<ReachAnswer> {
    return this.figures.reach(periodAsked(query.period), query.asAt);
  }

  @Get('reach.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach.csv"')
  @ApiProduces('text/csv')
  @ApiOperation({ summary: 'The same as a table for Excel and Power BI' })
  async reachTable(@Query({ schema: reachQuery }) query: ReachQuery): Promise<string> {
    return reachCsv(await this.figures.reach(periodAsked(query.period), query.asAt));
  }

  @Get('reach-by-quarter')
  @ApiOkResponse({ schema: answerSchema(quartersAnswer) })
  @ApiOperation({ summary: 'Reach of each quarter for the programme, a strand or a service' })
  async quarters(
    @Query({ schema: quartersQuery }) query: z.infer<typeof quartersQuery>,
  ): Promise<QuartersAnswer> {
    return this.figures.quarters(scopeAsked(query.scope));
  }

  @Get('reach-by-quarter.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach-by-quarter.csv"')
  @ApiProduces('text/csv')
  @ApiOperation({ summary: 'The same as a table' })
  async quartersTable(
    @Query({ schema: quartersQuery }) query: z.infer<typeof quartersQuery>,
  ): Promise<string> {
    return quartersCsv(await this.figures.quarters(scopeAsked(query.scope)));
  }
}
