import { describe, expect, it } from 'vitest';
import { wilson } from './interval.js';
import { stratifiedShare } from './stratified-share.js';

describe('Wilson’s interval', () => {
  // R: prop.test(x, n, correct = FALSE)$conf.int
  it.each([
    [7, 20, 0.1812, 0.5671],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [15, 148, 0.0624, 0.1605],
  ])('of %i in %i is that of R', (successes, trials, low, high) => {
    expect(wilson(successes, trials).low).toBeCloseTo(low, 4);
    expect(wilson(successes, trials).high).toBeCloseTo(high, 4);
  });

  it('is everything without a trial', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('the share of a stratified sample', () => {
  it('of one stratum is Wilson’s', () => {
    const { value, interval } = stratifiedShare([{ links: 900, same: 13, different: 7 }]);
    expect(value).toBeCloseTo(0.35);
    expect(interval?.low).toBeCloseTo(wilson(7, 20).low);
    expect(interval?.high).toBeCloseTo(wilson(7, 20).high);
  });

  it('weighs strata by their links', () => {
    const { value } = stratifiedShare([
      { links: 9_000, same: 50, different: 0 },
      { links: 1_000, same: 25, different: 25 },
    ]);
    expect(value).toBeCloseTo(0.05);
  });

  it('widens by the whole weight of a stratum that nobody decided', () => {
    const decided = { links: 500, same: 100, different: 0 };
    const alone = stratifiedShare([decided]).interval;
    const beside = stratifiedShare([decided, { links: 500, same: 0, different: 0 }]).interval;
    expect(alone?.high).toBeLessThan(0.04);
    expect(beside?.high).toBeGreaterThan(0.5);
  });

  it('is unknown where nothing is decided', () => {
    expect(stratifiedShare([{ links: 5, same: 0, different: 0 }])).toEqual({ value: null, interval: null });
  });
});
