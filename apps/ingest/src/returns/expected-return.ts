import type { PeriodCode } from '@kinledger/contracts';
import { nextPeriod, periodOfDate, type Period } from '@kinledger/domain';
import type { Dataset, Programme } from '@kinledger/programme';
import { returnsExpectedOf } from '@kinledger/programme/definition';

/** What of a programme says which returns are expected. */
export interface ProgrammeWithReturns extends Pick<Programme, 'datasets' | 'agreement'> {
  /** The first day on which an expected period may begin, where its dataset does not say it. */
  readonly returnsFrom: string | undefined;
}

/** A period of a dataset for which a file or a nil return is expected. */
export interface ExpectedReturn {
  readonly dataset: Dataset;
  readonly period: Period;
  /** The last day on which it is in time. */
  readonly due: string;
}

export const returnStates = [
  'not-yet-due',
  'due',
  'late',
  'never-delivered',
  'received',
  'nil-return',
] as const;
export type ReturnState = (typeof returnStates)[number];

/** States in which somebody still has to send something. */
export const openStates: ReadonlySet<ReturnState> = new Set(['due', 'late', 'never-delivered']);
/** States of a return whose last day has passed. */
export const lateStates: ReadonlySet<ReturnState> = new Set(['late', 'never-delivered']);

/**
 * The returns that are expected by a day: of each dataset, in the order of the programme, every period that its agreement
 * covers as a whole and that has begun; the latest first.
 * @param today the day in London, yyyy-mm-dd.
 */
export function expectedReturns(programme: ProgrammeWithReturns, today: string): readonly ExpectedReturn[] {
  return programme.datasets.flatMap((dataset) => {
    const agreement = programme.agreement(dataset.agreement);
    const { every, dueDays, from = programme.returnsFrom, absent } = returnsExpectedOf(dataset);
    if (agreement === undefined || every === 'never') return [];
    const first = from !== undefined && from > agreement.validFrom ? from : agreement.validFrom;
    const end = daysAfter(agreement.validTo, 1);
    const periods: ExpectedReturn[] = [];
    let period = periodOfDate(first, every);
    if (period !== undefined && period.start < first) period = nextPeriod(period);
    for (; period !== undefined && period.start <= today && period.end <= end; period = nextPeriod(period)) {
      if (absent.has(period.code)) continue;
      periods.unshift({ dataset, period, due: daysAfter(period.end, dueDays - 1) });
    }
    return periods;
  });
}

/** @param everDelivered whether the dataset has had any file or nil return, for whatever period. */
export function stateOf(
  { period, due }: Pick<ExpectedReturn, 'period' | 'due'>,
  today: string,
  {
    received,
    nilReturn,
    everDelivered,
  }: { readonly received: boolean; readonly nilReturn: boolean; readonly everDelivered: boolean },
): ReturnState {
  if (received) return 'received';
  if (nilReturn) return 'nil-return';
  if (today < period.end) return 'not-yet-due';
  if (today <= due) return 'due';
  return everDelivered ? 'late' : 'never-delivered';
}

/** The periods that end in a quarter: itself, and the academic year that does. */
export function periodsEndingIn(quarter: Period): readonly PeriodCode[] {
  const year = periodOfDate(quarter.start, 'academic-year');
  return year !== undefined && year.end <= quarter.end ? [quarter.code, year.code] : [quarter.code];
}

/** The day so many days after another, yyyy-mm-dd. */
export const daysAfter = (isoDate: string, days: number): string =>
  new Date(Date.parse(`${isoDate}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
