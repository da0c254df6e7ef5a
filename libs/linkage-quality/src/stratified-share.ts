import { wilson, type Measured } from './interval.js';

/** A part of the links, from which some were drawn at random and decided by people. */
export interface DecidedStratum {
  /** Links in it. */
  readonly links: number;
  /** Of those that were drawn: decided to be of one person, and of two. */
  readonly same: number;
  readonly different: number;
}

/**
 * The share of wrong links among all, estimated from a stratified sample: each stratum weighs as much as its links. The
 * interval combines Wilson’s intervals of the strata (G. Y. Zou, W. Huang and X. Zhang, “A note on confidence interval
 * estimation for a linear function of binomial proportions”, Computational Statistics & Data Analysis 53, 2009). A
 * stratum of which no link is decided has an interval of 0 to 1, about the share of the others.
 */
export function stratifiedShare(strata: readonly DecidedStratum[]): Measured {
  const all = strata.reduce((sum, { links }) => sum + links, 0);
  const decided = strata.filter(({ same, different }) => same + different > 0);
  const known = decided.reduce((sum, { links }) => sum + links, 0);
  if (known === 0) return { value: null, interval: null };
  const shareIn = ({ same, different }: DecidedStratum): number => different / (same + different);
  const value = decided.reduce((sum, stratum) => sum + (stratum.links / known) * shareIn(stratum), 0);
  let below = 0;
  let above = 0;
  for (const stratum of strata) {
    const { links, same, different } = stratum;
    const { low, high } = wilson(different, same + different);
    const share = same + different === 0 ? value : shareIn(stratum);
    below += ((links / all) * (share - low)) ** 2;
    above += ((links / all) * (high - share)) ** 2;
  }
  return {
    value,
    interval: { low: Math.max(0, value - Math.sqrt(below)), high: Math.min(1, value + Math.sqrt(above)) },
  };
}
