import { londonDay } from '@kinledger/domain';
import {
  expectedReturns,
  lateStates,
  stateOf,
  type ExpectedReturn,
  type ProgrammeWithReturns,
  type ReturnState,
} from './expected-return.js';
import type { NilReturn } from './nil-return-table.js';
import { returnKey, standingFiles, type ReceivedFile } from './received-files.js';

/** An expected return with what became of it. */
export interface CalendarReturn extends ExpectedReturn {
  readonly state: ReturnState;
  /** The files that stand for it. */
  readonly files: readonly ReceivedFile[];
  readonly nilReturn: NilReturn | undefined;
}

/** What is said of a dataset over all periods. */
export interface DatasetStanding {
  readonly late: number;
  readonly lastGood: ReceivedFile | undefined;
}

export interface Calendar {
  /** The day in London. */
  readonly today: string;
  readonly returns: readonly CalendarReturn[];
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
}

/** The calendar of returns at an instant, from every file and nil return of the datasets. */
export function calendarAt(
  programme: ProgrammeWithReturns,
  now: Date,
  files: readonly ReceivedFile[],
  nils: readonly NilReturn[],
): Calendar {
  const today = londonDay(now);
  const received = standingFiles(files);
  const nil = new Map(
    nils
      .filter(({ undoneAt }) => undoneAt === null)
      .map((one) => [returnKey(one.dataset, one.period), one] as const),
  );
  const delivered = new Set<string>([
    ...files.filter(({ withdrawn }) => !withdrawn).map(({ dataset }) => dataset),
    ...[...nil.values()].map(({ dataset }) => dataset),
  ]);
  const returns = expectedReturns(programme, today).map((expected): CalendarReturn => {
    const key = returnKey(expected.dataset.id, expected.period.code);
    const its = received.get(key) ?? [];
    const nilReturn = nil.get(key);
    const state = stateOf(expected, today, {
      received: its.length > 0,
      nilReturn: nilReturn !== undefined,
      everDelivered: delivered.has(expected.dataset.id),
    });
    return { ...expected, state, files: its, nilReturn };
  });
  const lastGood = new Map(
    files
      .filter(({ withdrawn, parked }) => !withdrawn && !parked)
      .map((file) => [file.dataset as string, file]),
  );
  const late = Map.groupBy(
    returns.filter(({ state }) => lateStates.has(state)),
    ({ dataset }) => dataset.id as string,
  );
  const datasets = new Map(
    programme.datasets.map(({ id }) => [
      id as string,
      { late: late.get(id)?.length ?? 0, lastGood: lastGood.get(id) },
    ]),
  );
  return { today, returns, datasets };
}
