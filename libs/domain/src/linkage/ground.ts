import { canonicalJson } from '../ledger/canonical-json.js';
import type { Contradiction } from './contradiction.js';

export type ReferralReason = Contradiction | 'ambiguous' | 'forbidden';

/** Why two records belong together, as the ledger states it. */
export interface Ground {
  readonly rule: string;
  /** In millibits, if the strategy scores. */
  readonly score?: number;
  /** How closely the two agree on each field, if the strategy compares fields. */
  readonly levels?: Readonly<Record<string, string>>;
}

/** The ground of a link that a person decided. */
export const REVIEWED: Ground = { rule: 'reviewed' };

/** The same text for equal grounds only. */
export const keyOfGround = ({ rule, score, levels }: Ground): string =>
  canonicalJson({ rule, score, levels });
