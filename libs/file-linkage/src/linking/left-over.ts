import { log2, MILLIBITS, type ScoreTable } from '@kinledger/kin';
import type { StratumPatterns } from './patterns-of-stratum.js';

/** At most 64 to 1: that a record is left over is never impossible. */
const MOST_BONUS = 6 * MILLIBITS;
const MILLION = 1_000_000;

/** How many of these pairs are of one person: the sum of their probabilities, in whole millionths, so that no order matters. */
export function expectedMatches(scores: ScoreTable, strata: readonly StratumPatterns[]): number {
  let millionths = 0;
  strata.forEach(({ low, high, counts }, stratum) => {
    for (let pattern = 0; pattern < low.length; pattern++) {
      const probability = scores.probability(stratum, low[pattern] as number, high[pattern] as number);
      millionths += (counts[pattern] as number) * Math.round(probability * MILLION);
    }
  });
  return millionths / MILLION;
}

/**
 * What one-to-one linkage adds to every score: where neither file holds anybody twice and most records have a counterpart, it is
 * unlikely that a record is left over beside its best candidate.
 * @param smaller how many records the smaller file has.
 */
export function leftOverBonus(matches: number, smaller: number): number {
  if (smaller === 0) return 0;
  const leftOver = Math.max(2 ** -(MOST_BONUS / MILLIBITS), 1 - matches / smaller);
  return -Math.round(MILLIBITS * log2(leftOver));
}
