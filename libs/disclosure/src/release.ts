/** The least and the most that a count can be; `high` may be Infinity. Counts are whole and not negative. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What suppressing a count beside a small one costs, and what it leaves. */
export interface Secondary {
  /** In any unit. */
  readonly cost: number;
  /** What a reader still knows of it, who knows that it is no small count. */
  readonly known: Bounds;
}

/** One count of a release, as far as a reader is told. */
export interface ReleasedCell {
  /** Unique in the release. */
  readonly id: string;
  /** What the published value says of the count: of a suppressed count, what the rule says. */
  readonly known: Bounds;
  /** Whether the count must not be worked out: it was suppressed because it is small. */
  readonly protected: boolean;
  /** How it can be suppressed as well; absent if it cannot be, such as a count of nobody or one that was published before. */
  readonly secondary?: Secondary | undefined;
}

/** What a reader knows of several counts together: the sum of each count times its factor lies within bounds. */
export interface Relation {
  readonly terms: readonly { readonly cell: string; readonly times: number }[];
  readonly sum: Bounds;
}

/** Everything that was ever published about the same counts: all tables of a release, and of those before it. */
export interface Release {
  readonly cells: readonly ReleasedCell[];
  readonly relations: readonly Relation[];
}

/** Several counts add up to another one exactly. */
export const addUpTo = (total: string, parts: readonly string[]): Relation => ({
  terms: [{ cell: total, times: 1 }, ...parts.map((cell) => ({ cell, times: -1 }))],
  sum: { low: 0, high: 0 },
});

/** One count is at most another one. */
export const atMost = (smaller: string, larger: string): Relation => atMostSumOf(smaller, [larger]);

/** One count is at most the sum of several: of distinct people, who may be in two of them. */
export const atMostSumOf = (smaller: string, parts: readonly string[]): Relation => ({
  terms: [{ cell: smaller, times: -1 }, ...parts.map((cell) => ({ cell, times: 1 }))],
  sum: { low: 0, high: Infinity },
});
