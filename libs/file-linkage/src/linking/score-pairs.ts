import type { ScoredPairs, ScoreTable } from '@kinledger/kin';
import { sharedInts } from '../values/shared-arrays.js';
import { patternKey, type BlocksCompared } from './compare-blocks.js';
import type { StratumPatterns } from './patterns-of-stratum.js';

/** By score in millibits: how many pairs have it. */
export type ScoreCounts = ReadonlyMap<number, number>;

/** How many pairs have each score, counted by pattern. */
export function countScores(
  table: ScoreTable,
  strata: readonly StratumPatterns[],
  bonus: number,
): ScoreCounts {
  const found = new Map<number, number>();
  strata.forEach(({ low, high, counts }, stratum) => {
    for (let pattern = 0; pattern < low.length; pattern++) {
      const score = table.score(stratum, low[pattern] as number, high[pattern] as number) + bonus;
      found.set(score, (found.get(score) ?? 0) + (counts[pattern] as number));
    }
  });
  return found;
}

/**
 * The pairs with scores above 0: no other joins two records, or comes so near to one that a person has to look. Most pairs that
 * were compared are below.
 */
export function likelyPairs(
  table: ScoreTable,
  compared: readonly BlocksCompared[],
  bonus: number,
): ScoredPairs {
  const scoresOf = compared.map(({ patterns }) =>
    patterns.map(({ size, low, high }, stratum) =>
      Int32Array.from(
        { length: size },
        (_, pattern) => table.score(stratum, low[pattern] as number, high[pattern] as number) + bonus,
      ),
    ),
  );
  const scoreOfKey = (thread: number, key: number): number =>
    scoresOf[thread]?.[patternKey.stratum(key)]?.[patternKey.pattern(key)] as number;
  let kept = 0;
  compared.forEach(({ pairs }, thread) => {
    for (const { count, patterns } of pairs)
      for (let pair = 0; pair < count; pair++)
        if (scoreOfKey(thread, patterns[pair] as number) > 0) kept += 1;
  });
  const likely = {
    first: sharedInts(kept),
    second: sharedInts(kept),
    scores: sharedInts(kept),
  };
  let place = 0;
  compared.forEach(({ pairs }, thread) => {
    for (const { count, first, second, patterns } of pairs)
      for (let pair = 0; pair < count; pair++) {
        const score = scoreOfKey(thread, patterns[pair] as number);
        if (score <= 0) continue;
        likely.first[place] = first[pair] as number;
        likely.second[place] = second[pair] as number;
        likely.scores[place++] = score;
      }
  });
  return likely;
}
