import { hash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers that follow from a seed: the same on every machine. Not for secrets. */
export interface SeededRandom {
  /** Uniform over 0 to `count` − 1. */
  readonly below: (count: number) => number;
  /** Uniform from 0, up to but not including 1. */
  readonly share: () => number;
}

/** @param purpose separates the draws of one seed that must not depend on each other. */
export function seededRandom(seed: string, purpose: string): SeededRandom {
  const generator = xoroshiro128plus(
    hash('sha256', `kinledger-linkage-quality ${purpose} ${seed}`, 'buffer').readInt32LE(),
  );
  return {
    below: (count) => uniformInt(generator, 0, count - 1),
    share: () => uniformFloat64(generator),
  };
}
