import type { Plausibility } from '@kinledger/programme/definition';

/** The dates with which a file's dates are compared. Days are yyyy-mm-dd; `end` is the day after the period's last. */
export interface FileDates {
  readonly today: string;
  readonly period: { readonly start: string; readonly end: string };
  /** Whether the extract holds all rows so far, so that earlier dates are normal. */
  readonly holdsEarlierRows: boolean;
  /** What ages and dates can be, as the programme defines it. */
  readonly plausibility: Plausibility;
}

/**
 * Whether a day, yyyy-mm-dd, is so far from a file's period that it must be mistyped. If it counted, it would add a
 * quarter without any activity.
 */
export function isFarOutside(day: string, { period, holdsEarlierRows, plausibility }: FileDates): boolean {
  const { yearsBeforePeriod, yearsBeforePeriodOfAllRows, yearsAfterPeriod } = plausibility;
  const before = holdsEarlierRows ? yearsBeforePeriodOfAllRows : yearsBeforePeriod;
  return day < yearsFrom(period.start, -before) || day >= yearsFrom(period.end, yearsAfterPeriod);
}

/** Shifts the year as text: 29 February of a year without one still sorts correctly. */
const yearsFrom = (day: string, years: number): string =>
  String(Number(day.slice(0, 4)) + years).padStart(4, '0') + day.slice(4);
