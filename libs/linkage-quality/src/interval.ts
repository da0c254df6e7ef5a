/** A range that holds the true value with 95 % confidence, if what its maker assumes is so. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A share with its interval; nulls where nothing was there to measure it on. */
export interface Measured {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** The standard normal deviate that leaves 2.5 % on either side. */
const Z = 1.959963984540054;

/**
 * The 95 % score interval of a proportion. It stays within 0 and 1, and has a width even where all or none of the
 * trials succeeded. Source: E. B. Wilson, “Probable inference, the law of succession, and statistical inference”,
 * JASA 22 (1927).
 * @param trials independent ones; with none, the interval is 0 to 1.
 */
export function wilson(successes: number, trials: number): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const square = Z * Z;
  const centre = share + square / (2 * trials);
  const half = Z * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === trials ? 1 : (centre + half) / scale,
  };
}
