import type { Contradiction } from './contradiction.js';

export type ReferralReason = Contradiction | 'ambiguous' | 'forbidden';

/** Why two records belong together, as the ledger tells it. */
export interface Ground {
  readonly rule: string;
  /** Millibits, of a strategy that scores. */
  readonly score?: number;
  /** Field → how far the two agree on it, of a strategy that compares fields. */
  readonly levels?: Readonly<Record<string, string>>;
}

/** The ground of a link that a person decided. */
export const REVIEWED: Ground = { rule: 'reviewed' };

/** Equal for equal grounds. */
export function keyOfGround({ rule, score, levels }: Ground): string {
  if (score === undefined && levels === undefined) return rule;
  const fields = Object.entries(levels ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([rule, score ?? null, fields]);
}
