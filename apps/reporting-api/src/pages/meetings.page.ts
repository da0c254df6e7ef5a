import { PageRenderer } from '@kinledger/page-kit';
import { dayName, instantName } from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, Header, Param, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Figures } from '../figures/figures.js';
import { periodAsked } from '../figures/reach-question.js';
import { MeetingAccess } from '../meetings/meeting-access.js';
import {
  actionDue,
  actionId,
  actionOwner,
  actionPeriod,
  actionStates,
  actionText,
  periodNameOf,
  refusalOf,
  type MeetingAction,
} from '../meetings/meeting-action.js';
import { MeetingActions } from '../meetings/meeting-actions.js';
import { stateNames } from '../reports/data-meeting-sections.js';
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

const serviceId = z.string().max(120);
/** As the form sends it; what is wrong with it is said beside its field. */
const typed = z.object({
  text: z.string().max(4000).default(''),
  owner: z.string().max(4000).default(''),
  due: z.string().max(100).default(''),
});
const addForm = typed.extend({ id: actionId, period: actionPeriod });
const changeForm = typed.extend({ version: z.coerce.number().int().min(1), state: z.enum(actionStates) });
const fields = z.object({ text: actionText, owner: actionOwner, due: actionDue });

type Typed = z.output<typeof typed>;
/** What is wrong with each field, in words. */
type Faults = Partial<Record<keyof Typed, string>>;

/** The pack of a service’s data meeting, with its actions. */
@ApiExcludeController()
@Roles('provider', 'data-team', 'operator')
@Controller('reports/services/:service/meeting')
export class MeetingsPage {
  readonly #reports: Reports;
  readonly #figures: Figures;
  readonly #actions: MeetingActions;
  readonly #access: MeetingAccess;
  readonly #renderer: PageRenderer;

  constructor(
    reports: Reports,
    figures: Figures,
    actions: MeetingActions,
    access: MeetingAccess,
    renderer: PageRenderer,
  ) {
    this.#reports = reports;
    this.#figures = figures;
    this.#actions = actions;
    this.#access = access;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
  ): Promise<string> {
    return this.#pack(caller, service, query);
  }

  @Get('report.ods')
  async workbook(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendWorkbook(reply, await this.#report(caller, service, query), `${service}-data-meeting`);
  }

  @Get('report.pdf')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Query({ schema: reportQuery }) query: ReportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPdf(reply, await this.#report(caller, service, query), `${service}-data-meeting`);
  }

  @Post('actions')
  @ByForm()
  async add(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Body({ schema: addForm }) { id, period, ...sent }: z.output<typeof addForm>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#access.require(caller, service);
    const read = fields.safeParse(sent);
    if (!read.success) {
      const page = await this.#pack(caller, service, { period }, { id, ...unread(sent, read.error) });
      await reply.status(400).type('text/html; charset=utf-8').send(page);
      return;
    }
    await this.#actions.add(service, { period, ...read.data }, { caller, id });
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect(`${addressOf(service)}?period=${encodeURIComponent(period)}`, 303);
  }

  @Get('actions/:id')
  @Header('content-type', 'text/html; charset=utf-8')
  async action(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Param('id', { schema: actionId }) id: string,
  ): Promise<string> {
    const name = await this.#access.require(caller, service);
    const action = await this.#actions.find(service, id);
    return this.#actionPage(name, action, { sent: action, state: action.state, faults: {} });
  }

  @Post('actions/:id')
  @ByForm()
  async change(
    @CurrentCaller() caller: Caller,
    @Param('service', { schema: serviceId }) service: string,
    @Param('id', { schema: actionId }) id: string,
    @Body({ schema: changeForm }) { version, state, ...sent }: z.output<typeof changeForm>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const name = await this.#access.require(caller, service);
    const read = fields.safeParse(sent);
    if (!read.success) {
      const action = await this.#actions.find(service, id);
      const page = await this.#actionPage(name, action, { state, ...unread(sent, read.error) });
      await reply.status(400).type('text/html; charset=utf-8').send(page);
      return;
    }
    const { period } = await this.#actions.change(
      service,
      { id, version, changed: { ...read.data, state } },
      caller,
    );
    await reply.redirect(`${addressOf(service)}?period=${encodeURIComponent(period)}`, 303);
  }

  async #report(caller: Caller, service: string, { period }: ReportQuery): Promise<Report> {
    await this.#access.require(caller, service);
    return this.#reports.ofMeeting(service, {
      sight: sightOf(caller),
      period: period === undefined ? undefined : periodAsked(period),
    });
  }

  async #pack(
    caller: Caller,
    service: string,
    query: ReportQuery,
    unfinished?: { readonly id: string; readonly sent: Typed; readonly faults: Faults },
  ): Promise<string> {
    const report = await this.#report(caller, service, query);
    const action = addressOf(service);
    const offered = await this.#figures.offered(sightOf(caller).seen);
    const periods = periodItems({ ...offered, academicYears: [] }, report, { withLifetime: false });
    const actions = await this.#actions.ofService(service);
    return this.#renderer.render('meeting.njk', {
      ...(await reportView(report, { action, periods })),
      actions: actions.map(({ id, text, state }) => ({ id, text, stateName: stateNames[state] })),
      form: {
        id: unfinished?.id ?? randomUUID().replaceAll('-', ''),
        ...(unfinished?.sent ?? { text: '', owner: '', due: '' }),
      },
      ...faultsView(unfinished?.faults ?? {}),
    });
  }

  async #actionPage(
    serviceName: string,
    action: MeetingAction,
    { sent, state, faults }: { readonly sent: Typed; readonly state: string; readonly faults: Faults },
  ): Promise<string> {
    return this.#renderer.render('meeting-action.njk', {
      ...(await this.#figures.programme()),
      ...{ section: 'reports', serviceName, address: addressOf(action.service) },
      id: action.id,
      version: action.version,
      periodName: periodNameOf(action.period),
      period: action.period,
      form: { text: sent.text, owner: sent.owner, due: sent.due },
      states: actionStates.map((value) => ({ value, text: stateNames[value], checked: value === state })),
      history: action.history.map((change) => ({
        ...change,
        due: dayName(change.due),
        stateName: stateNames[change.state],
        at: instantName(change.at),
      })),
      ...faultsView(faults),
    });
  }
}

const addressOf = (service: string): string => `/reports/services/${encodeURIComponent(service)}/meeting`;

const fieldNames = { text: 'What is to be done', owner: 'Owner', due: 'Due date' } as const;

/** The first fault of each field. */
const faultsOf = (error: z.ZodError<Typed>): Faults => {
  const faults: Faults = {};
  for (const { path, message } of error.issues) {
    const [field] = path;
    if (field === 'text' || field === 'owner' || field === 'due')
      faults[field] ??= `${fieldNames[field]}: ${message}`;
  }
  return faults;
};

/** What was typed and its faults, without the texts that may hold an identifier: no answer repeats one. */
function unread(sent: Typed, error: z.ZodError<Typed>): { readonly sent: Typed; readonly faults: Faults } {
  const faults = faultsOf(error);
  const kept = (text: string): string => (refusalOf(text) === undefined ? text : '');
  return {
    sent: {
      text: kept(sent.text),
      owner: kept(sent.owner),
      due: faults.due === undefined ? sent.due : '',
    },
    faults,
  };
}

/** Faults beside their fields, and all of them at the head of the page. */
const faultsView = (faults: Faults) => ({
  faults: Object.fromEntries(Object.entries(faults).map(([name, text]) => [name, { text }])),
  summary: Object.entries(faults).map(([name, text]) => ({ text, href: `#${name}` })),
});
