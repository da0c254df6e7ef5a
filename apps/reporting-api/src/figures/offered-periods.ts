import {
  academicYear,
  comparePeriods,
  nextPeriod,
  parsePeriod,
  periodOfDate,
  previousPeriod,
  type Period,
} from '@kinledger/domain';
import type { ReceivedFiles } from '@kinledger/figures';
import { Problem } from '@kinledger/service-kit';

/** Fifty years: longer than any programme, to limit the effect of a wrong period. */
const MAX_QUARTERS = 200;

export interface OfferedPeriods {
  /** Quarters on offer, earliest first; unless they are published ones, the last is the present quarter, whatever dates the data hold. */
  readonly quarters: readonly Period[];
  /** Academic years that those quarters touch, earliest first. */
  readonly academicYears: readonly Period[];
  /** The quarter that pages open with: the latest with a file. */
  readonly opens: Period;
}

/**
 * The periods on offer on a day: from the first quarter with a file to the quarter of that day, and earlier quarters
 * with attendance.
 * @param reached first days of the quarters with qualifying engagement.
 * @param today yyyy-mm-dd. @throws RangeError for a day outside the calendar.
 */
export function offeredPeriods(
  files: readonly ReceivedFiles[],
  reached: readonly string[],
  today: string,
): OfferedPeriods {
  const current = periodOfDate(today);
  if (current === undefined) throw new RangeError('today is not a day of the calendar');
  const begun = (period: Period) => comparePeriods(period, current) <= 0;
  const filed = files
    .flatMap(({ period }) => quartersOf(parsePeriod(period)))
    .filter(begun)
    .sort(comparePeriods);
  const attended = reached.flatMap((day) => periodOfDate(day) ?? []).filter(begun);
  const quarters = distinct([...attended, ...runUpTo(current, filed[0]), ...filed, current]);
  return {
    quarters,
    academicYears: distinct(
      quarters.flatMap((quarter) => academicYearsOf(quarter)).filter(({ start }) => start <= today),
    ),
    opens: filed.at(-1) ?? distinct(attended).at(-1) ?? previousPeriod(current),
  };
}

/**
 * The periods on offer to a reader: quarters that are published.
 * @param starts first days of these quarters, earliest first. @throws Problem 404 where there are none.
 */
export function offeredAsPublished(starts: readonly string[]): OfferedPeriods {
  const quarters = starts.flatMap((day) => periodOfDate(day) ?? []);
  const opens = quarters.at(-1);
  if (opens === undefined)
    throw new Problem(404, 'quarter-not-closed', {
      detail: 'No quarter is published yet: this account sees a quarter’s figures once they are.',
    });
  return { quarters, academicYears: [], opens };
}

/** Whether the period has begun on a day (yyyy-mm-dd). */
export const hasBegun = (period: Pick<Period, 'start'>, today: string): boolean => period.start <= today;

/** Quarters from `first` to `last`, at most MAX_QUARTERS; empty without `first`. */
function runUpTo(last: Period, first: Period | undefined): readonly Period[] {
  const run: Period[] = [];
  if (first === undefined) return run;
  for (
    let quarter = last;
    comparePeriods(quarter, first) >= 0 && run.length < MAX_QUARTERS;
    quarter = previousPeriod(quarter)
  ) {
    run.push(quarter);
  }
  return run;
}

/** The financial quarters that a period overlaps. An academic year begins and ends within a quarter. */
function quartersOf(period: Period | undefined): readonly Period[] {
  if (period === undefined) return [];
  const quarters: Period[] = [];
  for (
    let quarter = periodOfDate(period.start);
    quarter !== undefined && quarter.start < period.end;
    quarter = nextPeriod(quarter)
  ) {
    quarters.push(quarter);
  }
  return quarters;
}

/**
 * Q2 overlaps two academic years; the one that begins in it has the same name as its financial year, like those of Q3
 * and Q4.
 */
function academicYearsOf(quarter: Period): readonly Period[] {
  const startYear = Number(quarter.code.slice(0, 4));
  return quarter.code.endsWith('Q1') ? [] : [academicYear(startYear)];
}

const distinct = (periods: readonly Period[]): readonly Period[] =>
  [...new Map(periods.map((period) => [period.code, period])).values()].sort(comparePeriods);
