import type { PeriodCode } from '@kinledger/contracts';

export type PeriodKind = 'quarter' | 'academic-year';

/** A span of whole days in Europe/London. Dates are calendar dates, so clock changes cannot move them. */
export interface Period {
  /** Canonical text: `2023-24-Q2` or `2023-24-AY`. */
  readonly code: PeriodCode;
  readonly kind: PeriodKind;
  /** First day, yyyy-mm-dd. */
  readonly start: string;
  /** The day after the last day, yyyy-mm-dd: a period is half-open. */
  readonly end: string;
  /** The name for people: `Q2 2023/24` or `Academic year 2023/24`. */
  readonly label: string;
}

export type QuarterNumber = 1 | 2 | 3 | 4;

/** The years in which a period may start. Both ends of such a period have four-digit years. */
const FIRST_YEAR = 1;
const LAST_YEAR = 9998;

const digits = (value: number, width: number) => String(value).padStart(width, '0');
const firstOf = (year: number, month: number) => `${digits(year, 4)}-${digits(month, 2)}-01`;
const following = (startYear: number) => digits((startYear + 1) % 100, 2);

/**
 * The financial quarter. Q1 begins on 1 April of `startYear`, Q4 on 1 January of the next year.
 * @param startYear the year in which the financial year begins: 2023 for 2023/24.
 * @throws RangeError for a year outside 1 to 9998.
 */
export function quarter(startYear: number, number: QuarterNumber): Period {
  requireYear(startYear);
  const last = number === 4;
  return {
    code: `${digits(startYear, 4)}-${following(startYear)}-Q${number}` as PeriodCode,
    kind: 'quarter',
    start: last ? firstOf(startYear + 1, 1) : firstOf(startYear, 1 + 3 * number),
    end: last
      ? firstOf(startYear + 1, 4)
      : number === 3
        ? firstOf(startYear + 1, 1)
        : firstOf(startYear, 4 + 3 * number),
    label: `Q${number} ${digits(startYear, 4)}/${following(startYear)}`,
  };
}

/**
 * The academic year from 1 September of `startYear` to 31 August of the next year.
 * @throws RangeError for a year outside 1 to 9998.
 */
export function academicYear(startYear: number): Period {
  requireYear(startYear);
  return {
    code: `${digits(startYear, 4)}-${following(startYear)}-AY` as PeriodCode,
    kind: 'academic-year',
    start: firstOf(startYear, 9),
    end: firstOf(startYear + 1, 9),
    label: `Academic year ${digits(startYear, 4)}/${following(startYear)}`,
  };
}

/** The four quarters of the financial year that begins in `startYear`, in order, without gaps. */
export const quartersOfYear = (startYear: number): readonly [Period, Period, Period, Period] => [
  quarter(startYear, 1),
  quarter(startYear, 2),
  quarter(startYear, 3),
  quarter(startYear, 4),
];

/**
 * The quarter or academic year that contains a day.
 * @param isoDate yyyy-mm-dd.
 * @returns undefined if the text is not a calendar day, or lies outside the years that periods cover.
 */
export function periodOfDate(isoDate: string, kind: PeriodKind = 'quarter'): Period | undefined {
  if (!isCalendarDate(isoDate)) return undefined;
  const year = Number(isoDate.slice(0, 4));
  const month = Number(isoDate.slice(5, 7));
  const startYear = month < (kind === 'quarter' ? 4 : 9) ? year - 1 : year;
  if (startYear < FIRST_YEAR || startYear > LAST_YEAR) return undefined;
  if (kind === 'academic-year') return academicYear(startYear);
  return quarter(startYear, month < 4 ? 4 : month < 7 ? 1 : month < 10 ? 2 : 3);
}

/** Whether the period contains a day, yyyy-mm-dd. */
export const contains = (period: Period, isoDate: string): boolean =>
  isoDate >= period.start && isoDate < period.end;

/**
 * The sort key of a period, and the only order of periods in the system: by start, then by end. The academic year
 * 2021/22 therefore sorts after Q1 and Q2 of 2021/22 and before Q3. Two periods have the same rank only if they are the
 * same period. The rank is a whole number below 2^21.
 */
export const periodRank = ({ start, end }: Period): number =>
  monthNumber(start) * LONGEST_IN_MONTHS + monthNumber(end) - monthNumber(start);

/** Compares periods by `periodRank`. Returns zero only for the same period. */
export const comparePeriods = (left: Period, right: Period): number => periodRank(left) - periodRank(right);

/**
 * The period of the same kind that ends where this one begins.
 * @throws RangeError before year 1.
 */
export const previousPeriod = (period: Period): Period => neighbour(period, -1);

/**
 * The period of the same kind that begins where this one ends.
 * @throws RangeError after year 9998.
 */
export const nextPeriod = (period: Period): Period => neighbour(period, 1);

/** Whether the text is yyyy-mm-dd and the calendar has that day. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function neighbour(period: Period, step: 1 | -1): Period {
  const startYear = Number(period.code.slice(0, 4));
  if (period.kind === 'academic-year') return academicYear(startYear + step);
  const ordinal = startYear * 4 + Number(period.code.slice(-1)) - 1 + step;
  return quarter(Math.floor(ordinal / 4), ((ordinal % 4) + 1) as QuarterNumber);
}

/** Exceeds the length of any period in months. */
const LONGEST_IN_MONTHS = 13;

/** Months from the start of year 0 to the month of a day. Every period begins on the first day of a month. */
const monthNumber = (isoDate: string): number =>
  Number(isoDate.slice(0, 4)) * 12 + Number(isoDate.slice(5, 7)) - 1;

function requireYear(startYear: number): void {
  if (!Number.isInteger(startYear) || startYear < FIRST_YEAR || startYear > LAST_YEAR) {
    throw new RangeError(`a period begins in a year from ${FIRST_YEAR} to ${LAST_YEAR}, not ${startYear}`);
  }
}
