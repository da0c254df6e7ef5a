import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { sightOf } from '../reports/report-access.js';
import type { Report } from '../reports/report.js';
import { Reports } from '../reports/reports.js';
import {
  periodItems,
  reportQuery,
  reportView,
  sendPdf,
  sendWorkbook,
  type ReportQuery,
} from './report-view.js';

/** The report of the programme, for those who see all of it. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@Controller('reports/programme')
export class ProgrammeReportsPage {
  readonly #reports: Reports;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(reports: Reports, figures: Figures, renderer: PageRenderer) {
    this.#reports = reports;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: reportQuery }) query: ReportQuery,
  ): Promise<string> {
    const report = await this.#report(caller, query);
    const periods = periodItems(await this.#figures.offered(sightOf(caller).seen), report, {
      withLifetime: false,
    });
    return this.#renderer.render(
      'report-of.njk',
      await reportView(report, { action: '/reports/programme', periods }),
    );
  }

  @Get('report.ods')
  async workbook(
    @CurrentCaller() caller: Caller,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#report(caller, query), 'programme');
  }

  @Get('report.pdf')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#report(caller, query), 'programme');
  }

  #report(caller: Caller, { period }: ReportQuery): Promise<Report> {
    return this.#reports.ofProgramme({
      sight: sightOf(caller),
      period: period === undefined ? undefined : periodAsked(period),
    });
  }
}
