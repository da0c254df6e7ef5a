import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { maySeeMeetingOf } from '../meetings/meeting-access.js';
import { maySeeReportOf, requireReportOf, seesEveryReport, sightOf } from '../reports/report-access.js';
import { Reports } from '../reports/reports.js';
import {
  periodItems,
  reportQuery,
  reportView,
  sendPdf,
  sendWorkbook,
  type ReportQuery,
} from './report-view.js';

const id = z.string().max(120);

/** Reports of services. A provider sees those of its own services, at any time, and no others. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator', 'provider')
@Controller('reports')
export class ServiceReportsPage {
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
  async list(@CurrentCaller() caller: Caller): Promise<string> {
    const [services, providers, frame] = await Promise.all([
      this.#figures.services(),
      this.#figures.providers(),
      this.#figures.programme(),
    ]);
    const own = services.filter(({ service }) => maySeeReportOf(caller, providers.get(service)));
    const strands = Map.groupBy(own, ({ strandName }) => strandName ?? 'Administrative sources');
    return this.#renderer.render('reports.njk', {
      section: 'reports',
      ...frame,
      isWhole: seesEveryReport(caller),
      isTeam: sightOf(caller).shows === 'everything',
      strands: [...strands].map(([name, members]) => ({
        name,
        services: members.map(({ service, name: serviceName }) => ({ service, name: serviceName })),
      })),
    });
  }

  @Get('services/:service')
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: id }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
  ): Promise<string> {
    const report = await this.#report(caller, service, query);
    const action = `/reports/services/${encodeURIComponent(service)}`;
    const periods = periodItems(await this.#figures.offered(sightOf(caller).seen), report, {
      withLifetime: false,
    });
    const provider = (await this.#figures.providers()).get(service);
    const isMeetingShown = maySeeMeetingOf(caller, provider);
    return this.#renderer.render('report-of.njk', {
      ...(await reportView(report, { action, periods })),
      related: isMeetingShown
        ? [
            {
              href: `${action}/meeting?period=${encodeURIComponent(report.period)}`,
              text: 'Data meeting and its actions',
            },
            ...(provider === undefined
              ? []
              : [
                  {
                    href: `/reports/scorecards/${encodeURIComponent(provider)}`,
                    text: 'Scorecard of the supplier',
                  },
                ]),
          ]
        : [],
    });
  }

  @Get('services/:service/report.ods')
  async workbook(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: id }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#report(caller, service, query), service);
  }

  @Get('services/:service/report.pdf')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: id }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#report(caller, service, query), service);
  }

  async #report(caller: Caller, service: string, { period }: ReportQuery) {
    await this.#reports.serviceName(service);
    requireReportOf(caller, (await this.#figures.providers()).get(service));
    return this.#reports.ofService(service, {
      sight: sightOf(caller),
      period: period === undefined ? undefined : periodAsked(period),
    });
  }
}
