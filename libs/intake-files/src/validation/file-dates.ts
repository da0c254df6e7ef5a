/** What the dates of a file are measured by. Days are yyyy-mm-dd; `end` is the day after the period's last. */
export interface FileDates {
  readonly today: string;
  readonly period: { readonly start: string; readonly end: string };
  /** True for an extract that holds all rows there ever were: earlier dates are its nature. */
  readonly holdsEarlierRows: boolean;
}

/** Rows come late by a year or two, and a file that holds all rows goes back to the beginning; no further. */
const YEARS_BEFORE = 3;
const YEARS_BEFORE_WITH_EARLIER_ROWS = 25;
const YEARS_AFTER = 1;

/**
 * Whether a day, yyyy-mm-dd, lies so far from a file's period that it was mistyped: counted, it would open a quarter
 * in which nothing was.
 */
export function isFarOutside(day: string, { period, holdsEarlierRows }: FileDates): boolean {
  const before = holdsEarlierRows ? YEARS_BEFORE_WITH_EARLIER_ROWS : YEARS_BEFORE;
  return day < yearsFrom(period.start, -before) || day >= yearsFrom(period.end, YEARS_AFTER);
}

/** As text: 29 February of a year without one still sorts where it belongs. */
const yearsFrom = (day: string, years: number): string =>
  String(Number(day.slice(0, 4)) + years).padStart(4, '0') + day.slice(4);
