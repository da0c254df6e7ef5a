import { figures, type Figure } from '@kinledger/figures';
import { answers, answersCsv, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Figures } from './figures.js';
import { requirePosition, seenBy } from './seen.js';
import { quartersAnswer, reachAnswer, type QuartersAnswer, type ReachAnswer } from './reach-answer.js';
import { quartersCsv, reachCsv } from './reach-csv.js';
import { periodAsked, reachQuery, scopeAsked, scopeText, type ReachQuery } from './reach-question.js';

const quartersQuery = z.strictObject({
  scope: scopeText.default('programme'),
});

const catalogue = z.object({
  figures: z.array(
    z.object({
      figure: z.string(),
      version: z.int(),
      title: z.string(),
      rows: z.string().describe('Address of its rows; with .csv after it, of the same as a table.'),
      columns: z.array(
        z.object({
          name: z.string(),
          meaning: z.string(),
          unit: z
            .string()
            .nullable()
            .describe('people, families, rows and so on; null for what breaks the figure down.'),
          disclosure: z
            .string()
            .nullable()
            .describe(
              'What disclosure control does to it: protected, computed again, mean, open. derived: it follows from the other columns as they are shown.',
            ),
        }),
      ),
    }),
  ),
});

const described = ({ id, version, title, columns, dimensions, derived }: Figure) => ({
  ...{ figure: id, version, title, rows: `/v1/figures/${id}/${version}` },
  columns: [
    ...Object.entries(dimensions).map(([name, { meaning }]) => ({
      ...{ name, meaning, unit: null, disclosure: null },
    })),
    ...Object.entries(columns).map(([name, { meaning, unit, disclosure }]) => ({
      ...{ name, meaning, unit, disclosure },
    })),
    ...Object.entries(derived).map(([name, { meaning, unit }]) => ({
      ...{ name, meaning, unit, disclosure: 'derived' },
    })),
  ],
});

const noSuchReach = problems(404, 'The period has not begun, or no read models stand at that position.');
const noPastPosition = problems(
  403,
  'The account lacks the permission, or a reader asks for a past position or a period that is not published.',
);
const noSuchScope = problems(404, 'The programme has no strand or service of this name.');

@ApiTags('figures')
@ApiBearerAuth()
@Roles('reader', 'data-team', 'operator')
@Controller('v1/figures')
export class FiguresController {
  readonly #figures: Figures;

  constructor(figures: Figures) {
    this.#figures = figures;
  }

  @Get()
  @ApiResponse(answers(200, 'The figures.', catalogue))
  @ApiOperation({ summary: 'Figures with their versions, columns and meanings' })
  all(): z.infer<typeof catalogue> {
    return { figures: figures.map(described) };
  }

  @Get('reach')
  @ApiResponse(answers(200, 'The reach.', reachAnswer))
  @ApiResponse(noSuchReach)
  @ApiResponse(noPastPosition)
  @ApiOperation({ summary: 'Unique reach of a period by programme, strand and service' })
  async reach(
    @CurrentCaller() caller: Caller,
    @Query({ schema: reachQuery }) query: ReachQuery,
  ): Promise<ReachAnswer> {
    requirePosition(caller, query.asAt);
    return this.#figures.reach(seenBy(caller), periodAsked(query.period), query.asAt);
  }

  @Get('reach.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach.csv"')
  @ApiResponse(answersCsv(200, 'The reach, a line for each scope.'))
  @ApiResponse(noSuchReach)
  @ApiResponse(noPastPosition)
  @ApiOperation({ summary: 'The same as a table for Excel and Power BI' })
  async reachTable(
    @CurrentCaller() caller: Caller,
    @Query({ schema: reachQuery }) query: ReachQuery,
  ): Promise<string> {
    requirePosition(caller, query.asAt);
    return reachCsv(await this.#figures.reach(seenBy(caller), periodAsked(query.period), query.asAt));
  }

  @Get('reach-by-quarter')
  @ApiResponse(answers(200, 'The quarters, the first one first.', quartersAnswer))
  @ApiResponse(noSuchScope)
  @ApiOperation({ summary: 'Reach of each quarter for the programme, a strand or a service' })
  async quarters(
    @CurrentCaller() caller: Caller,
    @Query({ schema: quartersQuery }) query: z.infer<typeof quartersQuery>,
  ): Promise<QuartersAnswer> {
    return this.#figures.quarters(seenBy(caller), scopeAsked(query.scope));
  }

  @Get('reach-by-quarter.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="reach-by-quarter.csv"')
  @ApiResponse(answersCsv(200, 'The quarters, one a line.'))
  @ApiResponse(noSuchScope)
  @ApiOperation({ summary: 'The same as a table' })
  async quartersTable(
    @CurrentCaller() caller: Caller,
    @Query({ schema: quartersQuery }) query: z.infer<typeof quartersQuery>,
  ): Promise<string> {
    return quartersCsv(await this.#figures.quarters(seenBy(caller), scopeAsked(query.scope)));
  }
}
