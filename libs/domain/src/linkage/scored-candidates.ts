import type { Evidence } from './evidence.js';
import type { LinkageIndex } from './linkage-index.js';
import { NONE } from './typed-column.js';

/** A record that shares a candidate key with another, and what the pair scores, in millibits. */
export interface ScoredCandidate {
  readonly record: number;
  readonly score: number;
}

/**
 * The live records that are neighbours of a live record by score: they share a candidate key with it that is not crowded,
 * and the pair scores at the floor or above.
 */
export function* scoredCandidatesOf(
  index: LinkageIndex,
  record: number,
  evidenceOf: (record: number) => Evidence,
): Generator<ScoredCandidate> {
  const { candidates, records } = index;
  const { pairs } = index.strategy;
  if (candidates === null || pairs === undefined) return;
  const mine = evidenceOf(record);
  const compared = new Set([record]);
  for (const key of candidates.keysOf(record)) {
    if (index.isCrowded(key)) continue;
    for (let at = candidates.firstHolder(key); at !== NONE; at = candidates.nextHolder(at)) {
      const other = candidates.holderAt(at);
      if (compared.has(other) || !records.isLive(other)) continue;
      compared.add(other);
      const score = pairs.scoreOf(mine, evidenceOf(other));
      if (score >= pairs.floor) yield { record: other, score };
    }
  }
}
