import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { maySeeMeetingOf } from '../meetings/meeting-access.js';
import { sightOf } from '../reports/report-access.js';
import type { Report } from '../reports/report.js';
import { Scorecards } from '../reports/scorecards.js';
import {
  periodItems,
  reportQuery,
  reportView,
  sendPdf,
  sendWorkbook,
  type ReportQuery,
} from './report-view.js';

const providerId = z.string().max(120);

/** The scorecard of a supplier: for the programme’s own team, and that supplier alone. */
@ApiExcludeController()
@Roles('provider', 'data-team', 'operator')
@Controller('reports/scorecards')
export class ScorecardsPage {
  readonly #scorecards: Scorecards;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(scorecards: Scorecards, figures: Figures, renderer: PageRenderer) {
    this.#scorecards = scorecards;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get(':provider')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Param('provider', { schema: providerId }) provider: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
  ): Promise<string> {
    const report = await this.#report(caller, provider, query);
    const offered = await this.#figures.offered('exact');
    const periods = periodItems({ ...offered, academicYears: [] }, report, { withLifetime: false });
    const action = `/reports/scorecards/${encodeURIComponent(provider)}`;
    return this.#renderer.render('report-of.njk', await reportView(report, { action, periods }));
  }

  @Get(':provider/report.ods')
  async workbook(
    @CurrentCaller() caller: Caller,
    @Param('provider', { schema: providerId }) provider: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#report(caller, provider, query), `${provider}-scorecard`);
  }

  @Get(':provider/report.pdf')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Param('provider', { schema: providerId }) provider: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#report(caller, provider, query), `${provider}-scorecard`);
  }

  #report(caller: Caller, provider: string, { period: asked }: ReportQuery): Promise<Report> {
    if (!maySeeMeetingOf(caller, provider))
      throw new Problem(403, 'not-allowed', {
        detail: 'This account sees the scorecard of its own organisation alone.',
      });
    const period = asked === undefined || asked === '' ? undefined : periodAsked(asked);
    if (period !== undefined && period.kind !== 'quarter')
      throw new Problem(400, 'period-unreadable', {
        detail: 'A scorecard is of quarters: ask for one, such as 2023-24-Q2.',
      });
    return this.#scorecards.ofSupplier(provider, { period, sight: sightOf(caller) });
  }
}
