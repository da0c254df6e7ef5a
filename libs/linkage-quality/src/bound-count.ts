import type { Interval } from './interval.js';

/** What a count of people is made of. */
export interface CountedCases {
  /** Individuals, as the figure counts them. */
  readonly counted: number;
  /** Distinct cases of providers among their rows: rows of one case are of one person. A row without a case is one. */
  readonly cases: number;
  /**
   * The same two counts of the rows with an identifier alone. Rates of missing links are measured on rows of people who
   * have one, and say nothing of a row that has a case number, or values to compare, and nothing else.
   */
  readonly identified: Pick<CountedCases, 'counted' | 'cases'>;
  /** Cases of rows without a usable identifier, and of rows that wait for review: each at most one more person. */
  readonly unlinkable: number;
  readonly referred: number;
}

/** Rates of wrong and of missing links: see `falseLinks` and `missedLinks` of the measures. */
export interface LinkErrors {
  readonly falseLinks: Interval;
  readonly missedLinks: Interval;
}

/** Between how many and how many people were reached. */
export interface CountBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Bounds of a count of people under linkage error. With n cases, I individuals, and rates f of wrong and s of missing
 * links, exactly N = n − (n − I)(1 − f) ÷ (1 − s) people have those cases: n − I links hold individuals together and n − N
 * would hold people together, and both contain the same right ones (the two rates are those of Vilain and others, 1995;
 * correcting a count by rates of linkage error is Y. Ding and S. Fienberg’s, “Dual system estimation of census undercount
 * in the presence of matching error”, Survey Methodology 20, 1994).
 *
 * `low` supposes that no link is wrong and as many are missing as the interval of s allows; `high` supposes that none is
 * missing and as many are wrong as the interval of f allows, and that each case without an individual is a person of
 * its own. So each needs one rate only. `low` counts people who have rows with an identifier, and leaves out all other
 * rows: a strategy that makes an individual of each such row would raise n and I by one each, though the row may be of
 * somebody who is counted. Assumed: the rates hold for the links of this count, and one case is one person, except that
 * one of rows without an identifier may be several in `low`. Rows that intake refused are in neither.
 */
export function boundCount(
  { counted, cases, identified, unlinkable, referred }: CountedCases,
  { falseLinks, missedLinks }: LinkErrors,
): CountBounds {
  const found = 1 - missedLinks.high;
  const fewest =
    found <= 0 ? 0 : Math.floor(identified.cases - (identified.cases - identified.counted) / found);
  return {
    low: Math.max(Math.min(counted, 1), fewest),
    high: Math.ceil(counted + falseLinks.high * (cases - counted)) + unlinkable + referred,
  };
}
