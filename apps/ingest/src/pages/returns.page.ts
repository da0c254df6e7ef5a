import { parsePeriod } from '@kinledger/domain';
import { PageRenderer } from '@kinledger/page-kit';
import {
  datasetName,
  dayName,
  instantName,
  stateColour,
  stateName,
  titleOf,
  type DatasetOfService,
} from '@kinledger/page-kit/names';
import { ByForm, CurrentCaller, Problem, Roles, type Caller } from '@kinledger/service-kit';
import { Body, Controller, Get, Header, Post, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { openStates } from '../returns/expected-return.js';
import { ReturnService } from '../returns/return-service.js';
import type { DatasetReturnsView, ReturnView } from '../returns/return-view.js';
import { currentVersion, currentWords } from '../submissions/attestation.js';
import { datasetsByName } from './dataset-names.js';

/** More open returns than this are a page that nobody reads: the latest are shown. */
const MAX_OPEN = 200;

const query = z.object({ period: z.string().max(60).optional() });
const named = z.object({ dataset: z.string().max(100), period: z.string().max(60) });
const nilForm = named.extend({
  /** Version of the words whose box is ticked. */
  attest: z.coerce.number().int().positive().optional(),
});

/** Shows a provider the returns that are expected of it, and the data team everybody's. */
@ApiExcludeController()
@Roles('provider', 'data-team')
@Controller('returns')
export class ReturnsPage {
  readonly #returns: ReturnService;
  readonly #renderer: PageRenderer;
  readonly #programme: string;
  readonly #datasets: ReadonlyMap<string, DatasetOfService>;

  constructor(returns: ReturnService, renderer: PageRenderer, { programme: { definition } }: IntakeContext) {
    this.#returns = returns;
    this.#renderer = renderer;
    this.#programme = definition.name;
    this.#datasets = datasetsByName(definition);
  }

  /** Without a period, what is open; with one, all of that period. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(
    @CurrentCaller() caller: Caller,
    @Query({ schema: query }) { period: asked = '' }: z.output<typeof query>,
  ): Promise<string> {
    const period = asked === '' ? undefined : parsePeriod(asked);
    if (asked !== '' && period === undefined) throw periodUnknown();
    const { returns, datasets } = await this.#returns.list(caller);
    const periods = [...new Set(returns.map((one) => one.period))].sort(latestFirst);
    const shown = returns
      .filter((one) => (period === undefined ? openStates.has(one.state) : one.period === period.code))
      .sort((left, right) => (left.due === right.due ? 0 : left.due < right.due ? 1 : -1));
    return this.#renderer.render('returns.njk', {
      section: 'returns',
      programme: this.#programme,
      periodName: period?.label,
      periods: [
        { value: '', text: 'What is open, in all periods', selected: period === undefined },
        ...periods.map((value) => ({ value, text: periodName(value), selected: value === period?.code })),
      ],
      open: shown.length,
      rows: shown.slice(0, MAX_OPEN).map((one) => this.#row(one)),
      datasets: datasets.map((one) => this.#dataset(one)),
    });
  }

  @Get('nil')
  @Header('content-type', 'text/html; charset=utf-8')
  async nil(
    @CurrentCaller() caller: Caller,
    @Query({ schema: named }) about: z.output<typeof named>,
  ): Promise<string> {
    return this.#nilPage(await this.#expected(caller, about));
  }

  /** Makes a nil return for the person who ticks its words. */
  @Post('nil')
  @ByForm()
  async makeNil(
    @CurrentCaller() caller: Caller,
    @Body({ schema: nilForm }) { attest, ...about }: z.output<typeof nilForm>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (attest === undefined) {
      const page = this.#nilPage(
        await this.#expected(caller, about),
        'Confirm the words, or send a file instead',
      );
      await reply.status(400).type('text/html; charset=utf-8').send(page);
      return;
    }
    await this.#returns.makeNil(caller, { ...about, attest });
    // Awaited, because otherwise Fastify would answer a second time before its hooks are done.
    await reply.redirect(`/returns?period=${encodeURIComponent(about.period)}`, 303);
  }

  async #expected(caller: Caller, { dataset, period }: z.output<typeof named>): Promise<ReturnView> {
    const { returns } = await this.#returns.list(caller, { dataset, period });
    const [found] = returns;
    if (found === undefined) throw returnUnknown();
    return found;
  }

  #nilPage(expected: ReturnView, error?: string): string {
    return this.#renderer.render('nil-return.njk', {
      section: 'returns',
      programme: this.#programme,
      row: this.#row(expected),
      error,
      version: currentVersion('nil-return'),
      words: currentWords('nil-return'),
    });
  }

  #row({ state, due, received, nilReturn, ...one }: ReturnView) {
    // A submission has a state of that name too, with another meaning.
    const code = state === 'received' ? 'return-received' : state;
    const who = ({ by, onBehalfOf }: { readonly by: string; readonly onBehalfOf?: string | undefined }) =>
      onBehalfOf === undefined ? by : `${by}, on behalf of ${titleOf(onBehalfOf)}`;
    return {
      ...one,
      datasetName: datasetName(one.dataset, this.#datasets),
      periodName: periodName(one.period),
      providerName: titleOf(one.provider),
      stateName: stateName(code),
      stateColour: stateColour(code),
      due: dayName(due),
      received: received && { ...received, at: instantName(received.at), who: who(received) },
      nilReturn: nilReturn && { at: instantName(nilReturn.at), who: who(nilReturn) },
      mayBeNil: openStates.has(state),
    };
  }

  #dataset({ dataset, provider, late, lastGood }: DatasetReturnsView) {
    return {
      datasetName: datasetName(dataset, this.#datasets),
      providerName: titleOf(provider),
      late,
      lastGood: lastGood && {
        ...{ submission: lastGood.submission, rows: lastGood.rows },
        periodName: periodName(lastGood.period),
        at: instantName(lastGood.at),
      },
    };
  }
}

const periodName = (code: string): string => parsePeriod(code)?.label ?? code;
const startOf = (code: string): string => parsePeriod(code)?.start ?? '';
const latestFirst = (left: string, right: string): number =>
  startOf(right).localeCompare(startOf(left)) || left.localeCompare(right);

const periodUnknown = () =>
  new Problem(400, 'period-unknown', {
    detail: 'The period cannot be read. Write it as 2023-24-Q2, Q2 2023/24 or 2023-24-AY.',
  });

const returnUnknown = () =>
  new Problem(404, 'return-unknown', { detail: 'No such return is expected of you.' });
