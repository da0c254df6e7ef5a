import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  intervalOfMean,
  intervalOfShare,
  oddsRatio,
  ratioWith,
  riskRatio,
  type Interval,
  type Ratio,
} from './intervals.js';

/** Of scipy and statsmodels: see reference.py. */
interface Reference {
  readonly means: readonly ({ mean: number; deviation: number; n: number } & Interval)[];
  readonly shares: readonly ({ count: number; of: number } & Interval)[];
  readonly ratios: readonly { a: number; n1: number; c: number; n0: number; risk: Ratio; odds: Ratio }[];
  readonly stratified: readonly { odds: Ratio & { error: number } }[];
}
const reference = JSON.parse(readFileSync(new URL('reference.json', import.meta.url), 'utf8')) as Reference; // as reference.py writes it

/** Equal to seven significant digits of the largest of the values: figures have fewer. */
function nearAll(values: object): object {
  const largest = Math.max(...Object.values(values).map((value) => Math.abs(Number(value))));
  const decimals = 7 - Math.ceil(Math.log10(largest));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, expect.closeTo(Number(value), decimals)]),
  );
}

describe('intervals', () => {
  it.each(reference.means)('of a mean agree with scipy: $mean ± $deviation of $n', (known) => {
    const { mean, deviation, n, low, high } = known;
    expect(intervalOfMean(mean, deviation, n)).toEqual(nearAll({ low, high }));
  });

  it.each(reference.shares)(
    'of a share agree with statsmodels: $count of $of',
    ({ count, of, low, high }) => {
      expect(intervalOfShare(count, of)).toEqual(nearAll({ low, high }));
    },
  );

  it.each(reference.ratios)('of ratios agree with statsmodels: $a of $n1, $c of $n0', (known) => {
    const groups = { exposed: { with: known.a, of: known.n1 }, others: { with: known.c, of: known.n0 } };
    expect(riskRatio(groups)).toEqual(nearAll(known.risk));
    expect(oddsRatio(groups)).toEqual(nearAll(known.odds));
  });

  it.each(reference.stratified)('of a ratio follow from the error of its logarithm', ({ odds }) => {
    const { ratio, error, low, high } = odds;
    expect(ratioWith(ratio, error)).toEqual(nearAll({ ratio, low, high }));
  });

  it('are unknown where nothing can be said', () => {
    expect(intervalOfMean(3, 0, 1)).toBeUndefined();
    expect(intervalOfShare(0, 0)).toBeUndefined();
    const none = { with: 0, of: 9 };
    expect([riskRatio, oddsRatio].map((of) => of({ exposed: none, others: { with: 3, of: 9 } }))).toEqual([
      undefined,
      undefined,
    ]);
    expect(oddsRatio({ exposed: { with: 9, of: 9 }, others: { with: 3, of: 9 } })).toBeUndefined();
  });

  it('of a share hold the share and stay between 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (of, part) => {
          const count = Math.round(of * part);
          const { low, high } = intervalOfShare(count, of) ?? { low: NaN, high: NaN };
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low <= count / of && count / of <= high).toBe(true);
        },
      ),
    );
  });
});
