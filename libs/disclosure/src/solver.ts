import type { Bounds } from './release.js';

/** Counts with bounds, and rows that bound weighted sums of them. Counts are numbered from 0. */
export interface Problem {
  readonly counts: readonly Bounds[];
  readonly rows: readonly {
    readonly counts: readonly number[];
    readonly times: readonly number[];
    readonly sum: Bounds;
  }[];
}

export type Answer =
  | { readonly found: 'least'; readonly values: readonly number[] }
  | { readonly found: 'none' }
  /** The solver gave up: nothing is known. */
  | { readonly found: 'unknown' };

/** One problem, asked several times. */
export interface Solving {
  /** Whole counts that satisfy the problem, in which the given count is as small as it can be but not below `from`. */
  leastOf(count: number, from: number): Answer;
  /** Frees what the solver holds. */
  end(): void;
}

/** An integer programming solver. */
export type Solver = (problem: Problem) => Solving;
