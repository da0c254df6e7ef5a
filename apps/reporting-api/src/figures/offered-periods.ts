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

/** Fifty years: more than any programme, and a bound on what a wrong period makes. */
const MAX_QUARTERS = 200;

export interface OfferedPeriods {
  /** Quarters that may be asked for, earliest first; the last one is the calendar’s, whatever dates the data hold. */
  readonly quarters: readonly Period[];
  /** Academic years that those quarters touch, earliest first. */
  readonly academicYears: readonly Period[];
  /** The quarter that a reader sees first: the latest that anything was received for. */
  readonly opens: Period;
}

/**
 * The periods on offer on a day: from the first quarter that a file was received for to the one that the day lies in, and
 * earlier quarters that hold attendance.
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

/** Whether the period has begun on a day: before it does, nobody can have attended. */
export const hasBegun = (period: Period, today: string): boolean => period.start <= today;

/** Quarters up to one, from another or as many as may be; none without a beginning. */
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

/** The financial quarters that lie in a period. An academic year begins and ends within one. */
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

/** Q2 lies in two academic years; the one that begins in it carries its financial year’s name, as Q3 and Q4 do. */
function academicYearsOf(quarter: Period): readonly Period[] {
  const startYear = Number(quarter.code.slice(0, 4));
  return quarter.code.endsWith('Q1') ? [] : [academicYear(startYear)];
}

const distinct = (periods: readonly Period[]): readonly Period[] =>
  [...new Map(periods.map((period) => [period.code, period])).values()].sort(comparePeriods);
