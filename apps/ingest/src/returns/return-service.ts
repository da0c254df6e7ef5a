import type { Caller } from '@kinledger/service-kit';
import type { ProviderId } from '@kinledger/contracts';
import { Injectable, Logger } from '@nestjs/common';
import { IntakeContext } from '../intake-context.js';
import { providerSeenBy } from '../programme/dataset-access.js';
import { calendarAt, type Calendar, type CalendarReturn } from './calendar.js';
import { daysAfter, type ReturnState } from './expected-return.js';
import { makeNilReturn, undoNilReturn, type NilReturnRequest } from './nil-return.js';
import { nilReturns } from './nil-return-table.js';
import { receivedFiles } from './received-files.js';
import {
  viewOfLastGood,
  viewOfNilReturn,
  viewOfReceived,
  type NilReturnAnswer,
  type NilReturnView,
  type ReturnsAnswer,
  type ReturnView,
} from './return-view.js';

export interface ReturnFilter {
  readonly dataset?: string | undefined;
  /** Code of a period. */
  readonly period?: string | undefined;
  readonly states?: ReadonlySet<ReturnState> | undefined;
}

/** The calendar of expected returns, and nil returns. */
@Injectable()
export class ReturnService {
  readonly #logger = new Logger('returns');
  readonly #intake: IntakeContext;

  constructor(intake: IntakeContext) {
    this.#intake = intake;
  }

  /** A provider sees its own returns, the data team all. @throws Problem 403 */
  async list(caller: Caller, filter: ReturnFilter = {}): Promise<ReturnsAnswer> {
    const { today, returns, datasets } = await this.calendar(providerSeenBy(caller));
    const shown = returns.filter(
      ({ dataset, period, state }) =>
        (filter.dataset === undefined || dataset.id === filter.dataset) &&
        (filter.period === undefined || period.code === filter.period) &&
        (filter.states === undefined || filter.states.has(state)),
    );
    const named = new Map(shown.map(({ dataset }) => [dataset.id, dataset]));
    return {
      today,
      returns: shown.map(viewOfReturn),
      datasets: [...named.values()].map(({ id, serviceDefinition }) => {
        const { late, lastGood } = datasets.get(id) ?? { late: 0, lastGood: undefined };
        return {
          ...{ dataset: id, provider: serviceDefinition.provider, late },
          ...(lastGood === undefined ? {} : { lastGood: viewOfLastGood(lastGood) }),
        };
      }),
    };
  }

  /** The calendar of one provider’s datasets, or of all. */
  async calendar(provider: ProviderId | undefined, now = new Date()): Promise<Calendar> {
    const { pool, programme } = this.#intake;
    const [files, nils] = await Promise.all([receivedFiles(pool, provider), nilReturns(pool, provider)]);
    const datasets = programme.datasets.filter(
      ({ serviceDefinition }) => provider === undefined || serviceDefinition.provider === provider,
    );
    const { returnsFrom } = programme.definition;
    return calendarAt(
      { datasets, agreement: (id) => programme.agreement(id), returnsFrom },
      now,
      files,
      nils,
    );
  }

  /** @throws Problem */
  async makeNil(caller: Caller, request: NilReturnRequest): Promise<NilReturnAnswer> {
    const { nil, repeated } = await makeNilReturn(this.#intake, caller, request);
    const { id: nilReturn, dataset, period } = nil;
    if (!repeated) this.#logger.log({ nilReturn, dataset, period }, 'nil return made');
    return { ...viewOfNilReturn(nil), repeated };
  }

  /** @throws Problem 404 */
  async undoNil(caller: Caller, id: string): Promise<NilReturnView> {
    const { nil, repeated } = await undoNilReturn(this.#intake, caller, id);
    const { dataset, period } = nil;
    if (!repeated) this.#logger.log({ nilReturn: id, dataset, period }, 'nil return undone');
    return viewOfNilReturn(nil);
  }
}

function viewOfReturn({ dataset, period, due, state, files, nilReturn }: CalendarReturn): ReturnView {
  const [first, ...others] = files;
  return {
    ...{ dataset: dataset.id, provider: dataset.serviceDefinition.provider, period: period.code },
    ...{ lastDay: daysAfter(period.end, -1), due, state },
    ...(first === undefined ? {} : { received: viewOfReceived([first, ...others]) }),
    ...(nilReturn === undefined ? {} : { nilReturn: viewOfNilReturn(nilReturn) }),
  };
}
