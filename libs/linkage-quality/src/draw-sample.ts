import { sample } from 'simple-statistics';
import { seededRandom } from './seeded-random.js';

/** A stratum and what was drawn from it. */
export interface DrawnStratum<One> {
  readonly stratum: string;
  readonly size: number;
  readonly drawn: readonly One[];
}

/** A small stratum is represented by this many, because the rare rules are often the doubtful ones. */
const MIN_PER_STRATUM = 5;

/**
 * Draws at random and without replacement from each stratum, in proportion to its size but at least five. The same items in
 * the same order, size and seed give the same sample.
 */
export function drawSample<One>(
  items: readonly One[],
  stratumOf: (item: One) => string,
  { size, seed }: { readonly size: number; readonly seed: string },
): readonly DrawnStratum<One>[] {
  return [...Map.groupBy(items, stratumOf)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([stratum, members]) => {
      const share = Math.round((size * members.length) / items.length);
      const number = Math.min(members.length, Math.max(MIN_PER_STRATUM, share));
      const random = seededRandom(seed, `sample ${stratum}`);
      return { stratum, size: members.length, drawn: sample(members, number, random.share) };
    });
}
