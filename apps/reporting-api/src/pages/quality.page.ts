import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { maySeeReportOf, requireReportOf, seesEveryReport, sightOf } from '../reports/report-access.js';
import type { Report } from '../reports/report.js';
import { Reports } from '../reports/reports.js';
import { periodItems, reportView, sendPdf, sendWorkbook } from './report-view.js';

const query = z.object({
  service: z.string('expected one service').max(120, 'expected a service').optional(),
  period: z.string('expected one period').max(60, 'expected a period such as 2023-24-Q2').optional(),
});
type Asked = z.infer<typeof query>;

/** Quality of the files of all services, of one, or of one period. A provider sees that of its own services. */
@ApiExcludeController()
@Roles('reader', 'data-team', 'operator', 'provider')
@Controller('data-quality')
export class QualityPage {
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
  async page(@CurrentCaller() caller: Caller, @Query({ schema: query }) asked: Asked): Promise<string> {
    const own = await this.#services(caller);
    const service = this.#serviceAsked(caller, asked, own);
    const report = await this.#report(caller, service, asked);
    // Which files came for which period is no count: readers are offered every period, too.
    const periods = periodItems(await this.#figures.offered('exact'), report, { withLifetime: true });
    const services = [
      ...(seesEveryReport(caller)
        ? [{ value: '', text: 'All services', selected: service === undefined }]
        : []),
      ...own.map((each) => ({ value: each.service, text: each.name, selected: each.service === service })),
    ];
    return this.#renderer.render('report-of.njk', {
      ...(await reportView(report, { action: '/data-quality', periods })),
      ...{ section: 'data-quality', services, service: service ?? '' },
    });
  }

  @Get('report.ods')
  async workbook(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) asked: Asked,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const service = this.#serviceAsked(caller, asked, await this.#services(caller));
    await sendWorkbook(reply, await this.#report(caller, service, asked), `data-quality-${service ?? 'all'}`);
  }

  @Get('report.pdf')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) asked: Asked,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const service = this.#serviceAsked(caller, asked, await this.#services(caller));
    await sendPdf(reply, await this.#report(caller, service, asked), `data-quality-${service ?? 'all'}`);
  }

  async #services(caller: Caller) {
    const [services, providers] = await Promise.all([this.#figures.services(), this.#figures.providers()]);
    return services.filter(({ service }) => maySeeReportOf(caller, providers.get(service)));
  }

  /** The service asked for; a provider that names none sees the first of its own. */
  #serviceAsked(
    caller: Caller,
    { service }: Asked,
    own: readonly { readonly service: string }[],
  ): string | undefined {
    if (service !== undefined && service !== '') return service;
    if (seesEveryReport(caller)) return undefined;
    const [first] = own;
    if (first === undefined)
      throw new Problem(403, 'not-allowed', { detail: 'This account acts for no service of the programme.' });
    return first.service;
  }

  async #report(caller: Caller, service: string | undefined, { period }: Asked): Promise<Report> {
    if (service !== undefined) {
      await this.#reports.serviceName(service);
      requireReportOf(caller, (await this.#figures.providers()).get(service));
    }
    const text = period === undefined || period === '' ? 'lifetime' : period;
    return this.#reports.ofQuality(service, { sight: sightOf(caller), period: periodAsked(text) });
  }
}
