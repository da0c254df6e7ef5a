import { canonicalJson } from '../ledger/canonical-json.js';
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
export const keyOfGround = ({ rule, score, levels }: Ground): string =>
  canonicalJson({ rule, score, levels });
