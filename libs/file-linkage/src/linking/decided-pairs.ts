import { Bands, type Band, type BandReason } from '@kinledger/kin';
import type { Linked } from './link-records.js';

/** A pair of records of one individual, and how sure that is. */
export interface DecidedPair {
  readonly first: number;
  readonly second: number;
  readonly score: number;
  readonly band: Band;
  readonly reason: BandReason | undefined;
}

/**
 * The best score of each record with anybody who is not of its individual, in millibits; far below 0 where nobody comes
 * near.
 */
function rivalScores({ records, likely: { first, second, scores }, clusterOf }: Linked): Int32Array {
  const best = new Int32Array(records.count).fill(-(2 ** 31));
  for (let pair = 0; pair < scores.length; pair++) {
    const score = scores[pair] as number;
    const [a, b] = [first[pair] as number, second[pair] as number];
    if (clusterOf[a] === clusterOf[b]) continue;
    if (score > (best[a] as number)) best[a] = score;
    if (score > (best[b] as number)) best[b] = score;
  }
  return best;
}

/** All pairs of records that share an individual, whether or not they were candidates. */
export function* decidedPairs(linked: Linked): Generator<DecidedPair> {
  const { records, comparison, table, clusterOf, bonus, stratumOf } = linked;
  const rivals = rivalScores(linked);
  const bands = new Bands(comparison.layout);
  for (const members of individualsOf(clusterOf))
    for (let a = 0; a < members.length; a++)
      for (let b = a + 1; b < members.length; b++) {
        const [first, second] = [members[a] as number, members[b] as number];
        comparison.compare(records.data, first * records.stride, second * records.stride);
        const { low, high } = comparison;
        const score = table.score(stratumOf(first, second), low, high);
        const rival = Math.max(rivals[first] as number, rivals[second] as number) - bonus;
        const pair = { low, high, score, rival };
        const reason = bands.reasonAgainst(pair);
        yield {
          first,
          second,
          score: score + bonus,
          band: reason === undefined ? 'auto-link' : 'refer',
          reason,
        };
      }
}

/** The members of each individual of two records or more, in the order of records. */
export function* individualsOf(clusterOf: Int32Array): Generator<Int32Array> {
  const starts = new Int32Array(clusterOf.length + 1);
  for (const first of clusterOf) starts[first + 1] = (starts[first + 1] as number) + 1;
  for (let record = 0; record < clusterOf.length; record++)
    starts[record + 1] = (starts[record + 1] as number) + (starts[record] as number);
  const members = new Int32Array(clusterOf.length);
  const next = starts.slice();
  for (let record = 0; record < clusterOf.length; record++) {
    const first = clusterOf[record] as number;
    const place = next[first] as number;
    members[place] = record;
    next[first] = place + 1;
  }
  for (let first = 0; first < clusterOf.length; first++) {
    const [from, until] = [starts[first] as number, starts[first + 1] as number];
    if (until - from > 1) yield members.subarray(from, until);
  }
}
