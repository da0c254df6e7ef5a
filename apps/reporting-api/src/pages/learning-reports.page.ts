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

  @Get('annual-learning')
  @Header('content-type', 'text/html; charset=utf-8')
  async annualLearning(@Query({ schema: reportQuery }) query: ReportQuery): Promise<string> {
    const report = await this.#annualLearning(query);
    const years = await this.#reports.years();
    const periods = periodItems({ quarters: years, academicYears: [] }, report, { withLifetime: false });
    return this.#renderer.render(
      'report-of.njk',
      await reportView(report, { action: '/reports/annual-learning', periods }),
    );
  }

  @Get('annual-learning/report.ods')
  async annualLearningWorkbook(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#annualLearning(query), 'annual-learning');
  }

  @Get('annual-learning/report.pdf')
  async annualLearningPdf(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#annualLearning(query), 'annual-learning');
  }

  @Get('theory-of-change')
  @Header('content-type', 'text/html; charset=utf-8')
  async theoryOfChange(@Query({ schema: reportQuery }) query: ReportQuery): Promise<string> {
    return this.#render(await this.#theoryOfChange(query), '/reports/theory-of-change');
  }

  @Get('theory-of-change/report.ods')
  async theoryOfChangeWorkbook(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#theoryOfChange(query), 'theory-of-change');
  }

  @Get('theory-of-change/report.pdf')
  async theoryOfChangePdf(
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#theoryOfChange(query), 'theory-of-change');
  }

  #theoryOfChange({ period }: ReportQuery): Promise<Report> {
    return this.#reports.ofTheory(periodOrAll(period));
  }

  #annualLearning({ period }: ReportQuery): Promise<Report> {
    return this.#reports.ofYear(period === '' ? undefined : period);
  }

  #collectiveImpact({ period }: ReportQuery): Promise<Report> {
    return this.#reports.ofCollectiveImpact(periodOrAll(period));
  }

  async #render(report: Report, action: string): Promise<string> {
    const periods = periodItems(await this.#figures.offered('exact'), report, { withLifetime: true });
    return this.#renderer.render('report-of.njk', await reportView(report, { action, periods }));
  }
}

/** Without a period, of all of them. @throws Problem 400 for a text that is no period. */
const periodOrAll = (period: string | undefined) =>
  periodAsked(period === undefined || period === '' ? 'lifetime' : period);
