/** The dates with which a file's dates are compared. Days are yyyy-mm-dd; `end` is the day after the period's last. */
export interface FileDates {
  readonly today: string;
  readonly period: { readonly start: string; readonly end: string };
  /** Whether the extract holds all rows so far, so that earlier dates are normal. */
  readonly holdsEarlierRows: boolean;
}

/** Rows may come late by a year or two; a file that holds all rows may go back 25 years. */
const YEARS_BEFORE = 3;
const YEARS_BEFORE_WITH_EARLIER_ROWS = 25;
const YEARS_AFTER = 1;

/**
 * Whether a day, yyyy-mm-dd, is so far from a file's period that it must be mistyped. If it counted, it would add a
 * quarter without any activity.
 */
export function isFarOutside(day: string, { period, holdsEarlierRows }: FileDates): boolean {
  const before = holdsEarlierRows ? YEARS_BEFORE_WITH_EARLIER_ROWS : YEARS_BEFORE;
  return day < yearsFrom(period.start, -before) || day >= yearsFrom(period.end, YEARS_AFTER);
}

/** Shifts the year as text: 29 February of a year without one still sorts correctly. */
const yearsFrom = (day: string, years: number): string =>
  String(Number(day.slice(0, 4)) + years).padStart(4, '0') + day.slice(4);
