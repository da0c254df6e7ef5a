import type { Figure } from '@kinledger/figures';
import { answers, answersCsv, CurrentCaller, problems, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { figureAnswer, figureCsv } from './figure-rows.js';
import { Figures, type FigureRowsAnswer } from './figures.js';
import { requireFigure, requirePosition, seenBy } from './seen.js';
import { periodAsked, reachQuery, scopeText } from './reach-question.js';

const figureQuery = reachQuery.extend({
  by: z
    .enum(['period', 'quarter'])
    .default('period')
    .describe('One row for the period, or one for each quarter in it.'),
  scope: scopeText.optional().describe('Every scope where it is left out.'),
});
const noSuchRows = problems(404, 'The period has not begun, or no read models stand at that position.');
const notForReaders = (figure: Figure) =>
  problems(
    403,
    figure.closesWithQuarter
      ? 'The account lacks the permission, or a reader asks for a past position or a period that is not published.'
      : 'The account is none of the programme’s own team: no closed quarter publishes this figure, so that it is for data-team and operator alone.',
  );
type FigureQuery = z.infer<typeof figureQuery>;

/** Makes the controller of one version of a figure. */
export function figureController(figure: Figure): Type {
  const name = `${figure.id}-${figure.version}`;

  @ApiTags('figures')
  @ApiBearerAuth()
  @Roles('reader', 'data-team', 'operator')
  @Controller(`v1/figures/${figure.id}`)
  class FigureController {
    readonly #figures: Figures;

    constructor(figures: Figures) {
      this.#figures = figures;
    }

    @Get(String(figure.version))
    @ApiResponse(answers(200, 'The rows.', figureAnswer(figure)))
    @ApiResponse(noSuchRows)
    @ApiResponse(notForReaders(figure))
    @ApiOperation({
      operationId: `${name}-rows`,
      summary: `${figure.title}, version ${figure.version}, row by row`,
    })
    async rows(
      @CurrentCaller() caller: Caller,
      @Query({ schema: figureQuery }) query: FigureQuery,
    ): Promise<FigureRowsAnswer> {
      return this.#rows(caller, query);
    }

    @Get(`${figure.version}.csv`)
    @Header('content-type', 'text/csv; charset=utf-8')
    @Header('content-disposition', `attachment; filename="${figure.id}-${figure.version}.csv"`)
    @ApiResponse(answersCsv(200, 'The rows, one a line.'))
    @ApiResponse(noSuchRows)
    @ApiResponse(notForReaders(figure))
    @ApiOperation({
      operationId: `${name}-table`,
      summary: `${figure.title}, version ${figure.version}, as a table`,
    })
    async table(
      @CurrentCaller() caller: Caller,
      @Query({ schema: figureQuery }) query: FigureQuery,
    ): Promise<string> {
      return figureCsv(figure, await this.#rows(caller, query));
    }

    async #rows(caller: Caller, query: FigureQuery): Promise<FigureRowsAnswer> {
      requireFigure(caller, figure);
      requirePosition(caller, query.asAt);
      return this.#figures.rows(figure, {
        ...query,
        seen: seenBy(caller),
        period: periodAsked(query.period),
      });
    }
  }
  return FigureController;
}
