import distributions from 'jstat';

/** Both ends of a 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two sided: 2.5 % lie beyond each end. */
const UPPER = 0.975;
const z = distributions.normal.inv(UPPER, 0, 1);

/** The interval of a mean by Student’s t; undefined of fewer than two. @param deviation of the sample. */
export function intervalOfMean(mean: number, deviation: number, n: number): Interval | undefined {
  if (n < 2) return undefined;
  const half = (distributions.studentt.inv(UPPER, n - 1) * deviation) / Math.sqrt(n);
  return { low: mean - half, high: mean + half };
}

/**
 * Wilson’s score interval of a share (Wilson 1927), which stays between 0 and 1 and holds for small numbers, where the usual one
 * does not. Undefined of none.
 */
export function intervalOfShare(count: number, of: number): Interval | undefined {
  if (of <= 0 || count < 0 || count > of) return undefined;
  const share = count / of;
  const scale = 1 + z ** 2 / of;
  const centre = (share + z ** 2 / (2 * of)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  // At the ends, rounding would leave a trace of less than nothing.
  return { low: count === 0 ? 0 : centre - half, high: count === of ? 1 : centre + half };
}

/** Two groups, and how many of each have an outcome. */
export interface TwoGroups {
  readonly exposed: { readonly with: number; readonly of: number };
  readonly others: { readonly with: number; readonly of: number };
}

/** A ratio of two groups. */
export interface Ratio extends Interval {
  readonly ratio: number;
}

/** The interval of a ratio, from the standard error of its logarithm. */
export const ratioWith = (ratio: number, errorOfLogarithm: number): Ratio => ({
  ...{ ratio, low: ratio * Math.exp(-z * errorOfLogarithm), high: ratio * Math.exp(z * errorOfLogarithm) },
});

/** The risk ratio with Katz’s interval (Katz et al. 1978); undefined where a group has nobody with the outcome. */
export function riskRatio({ exposed, others }: TwoGroups): Ratio | undefined {
  if (![exposed, others].every((group) => group.with > 0 && group.with <= group.of)) return undefined;
  const error = Math.sqrt(1 / exposed.with - 1 / exposed.of + 1 / others.with - 1 / others.of);
  return ratioWith(exposed.with / exposed.of / (others.with / others.of), error);
}

/** The odds ratio with Woolf’s interval (Woolf 1955); undefined where a group has nobody with, or nobody without, the outcome. */
export function oddsRatio({ exposed, others }: TwoGroups): Ratio | undefined {
  const cells = [exposed, others].flatMap((group) => [group.with, group.of - group.with]);
  if (cells.some((cell) => cell <= 0)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = cells;
  return ratioWith((a * d) / (b * c), Math.sqrt(1 / a + 1 / b + 1 / c + 1 / d));
}
