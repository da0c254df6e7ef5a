import { Bands, type BandReason, type ScoredPairs } from '@kinledger/kin';
import type { Crew } from '../threads/crew.js';
import { sharedBytes, sharedInts } from '../values/shared-arrays.js';
import { individualsIn, type Individuals } from './individuals.js';
import { PairScorer, type ScoredLinkage } from './scored-linkage.js';

/**
 * Why a pair is not linked without a person, by the number that {@link DecidedPairs} writes; nothing at 0, where it is.
 */
export const pairReasons = [
  undefined,
  'score-too-low',
  'rival-too-near',
  'birth-date-does-not-agree',
  'given-name-does-not-agree',
  'genders-differ',
  'identifiers-differ',
] as const satisfies readonly (BandReason | undefined)[];

/** All pairs of records that share an individual, whether or not they were candidates, in flat arrays of one length. */
export interface DecidedPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** In millibits. */
  readonly scores: Int32Array;
  /** Numbers of {@link pairReasons}. */
  readonly reasons: Uint8Array;
}

/** The pairs of some individuals: those from a number until another. */
export interface PairsToDecide {
  readonly linkage: ScoredLinkage;
  readonly individuals: Individuals;
  readonly rivals: Int32Array;
  readonly from: number;
  readonly until: number;
}

/** Decides the pairs of all individuals. @param clusterOf by record: the first record of its individual. */
export async function decidePairs(
  linkage: ScoredLinkage,
  likely: ScoredPairs,
  clusterOf: Int32Array,
  crew: Crew,
): Promise<readonly DecidedPairs[]> {
  const individuals = individualsIn(clusterOf);
  const rivals = rivalScores(likely, clusterOf);
  return crew.all(
    'decide',
    Array.from({ length: crew.size }, (_, part) => ({
      ...{ linkage, individuals, rivals },
      from: Math.floor((individuals.count * part) / crew.size),
      until: Math.floor((individuals.count * (part + 1)) / crew.size),
    })),
  );
}

/**
 * The best score of each record with anybody who is not of its individual, in millibits; far below 0 where nobody comes
 * near.
 */
function rivalScores({ first, second, scores }: ScoredPairs, clusterOf: Int32Array): Int32Array {
  const best = sharedInts(clusterOf.length).fill(-(2 ** 31));
  for (let pair = 0; pair < scores.length; pair++) {
    const score = scores[pair] as number;
    const a = first[pair] as number;
    const b = second[pair] as number;
    if (clusterOf[a] === clusterOf[b]) continue;
    if (score > (best[a] as number)) best[a] = score;
    if (score > (best[b] as number)) best[b] = score;
  }
  return best;
}

export function decidePairsOf(task: PairsToDecide): DecidedPairs {
  const { linkage, individuals, rivals, from, until } = task;
  const { starts, members } = individuals;
  let count = 0;
  for (let individual = from; individual < until; individual++) {
    const size = (starts[individual + 1] as number) - (starts[individual] as number);
    count += (size * (size - 1)) / 2;
  }
  const decided = {
    ...{ first: sharedInts(count), second: sharedInts(count), scores: sharedInts(count) },
    reasons: sharedBytes(count),
  };
  const scorer = new PairScorer(linkage);
  const { comparison } = scorer;
  const bands = new Bands(comparison.layout);
  const { bonus } = linkage;
  let pair = 0;
  for (let individual = from; individual < until; individual++) {
    const end = starts[individual + 1] as number;
    for (let a = starts[individual] as number; a < end; a++)
      for (let b = a + 1; b < end; b++) {
        const first = members[a] as number;
        const second = members[b] as number;
        const score = scorer.scoreOf(first, second);
        const rival = Math.max(rivals[first] as number, rivals[second] as number) - bonus;
        const { low, high } = comparison;
        decided.first[pair] = first;
        decided.second[pair] = second;
        decided.scores[pair] = score + bonus;
        decided.reasons[pair++] = pairReasons.indexOf(bands.reasonAgainst({ low, high, score, rival }));
      }
  }
  return decided;
}
