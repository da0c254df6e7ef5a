import { PageRenderer } from '@kinledger/page-kit';
import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { LearningReports } from '../reports/learning-reports.js';
import type { Report } from '../reports/report.js';
import {
  periodItems,
  reportQuery,
  reportView,
  sendPdf,
  sendWorkbook,
  type ReportQuery,
} from './report-view.js';

/** Reports about what the programme learns. No closed quarter publishes their figures, so that readers do not see them. */
@ApiExcludeController()
@Roles('data-team', 'operator')
@Controller('reports')
export class LearningReportsPage {
  readonly #reports: LearningReports;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(reports: LearningReports, figures: Figures, renderer: PageRenderer) {
    this.#reports = reports;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get('collective-impact')
  @Header('content-type', 'text/html; charset=utf-8')
  async collectiveImpact(@Query({ schema: reportQuery }) query: ReportQuery): Promise<string> {
    const report = await this.#collectiveImpact(query);
    return this.#render(report, '/reports/collective-impact');
  }

  @Get('collective-impact/report.ods')
  async collectiveImpactWorkbook(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#collectiveImpact(query), 'collective-impact');
  }

  @Get('collective-impact/report.pdf')
  async collectiveImpactPdf(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#collectiveImpact(query), 'collective-impact');
  }

  #collectiveImpact({ period }: ReportQuery): Promise<Report> {
    return this.#reports.ofCollectiveImpact(
      periodAsked(period === undefined || period === '' ? 'lifetime' : period),
    );
  }

  async #render(report: Report, action: string): Promise<string> {
    const periods = periodItems(await this.#figures.offered('exact'), report, { withLifetime: true });
    return this.#renderer.render('report-of.njk', await reportView(report, { action, periods }));
  }
}
