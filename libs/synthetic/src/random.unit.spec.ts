import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purposes, Random, rootOf, weighted } from './random.js';

describe('the generator', () => {
  it('gives the numbers of the reference implementation of xoshiro128**', () => {
    // State and outputs as published with another port (edorfaus/xoshiro-6502), from the authors' C code.
    const random = new Random().from(0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0);
    expect([random.uint32(), random.uint32(), random.uint32(), random.uint32()]).toEqual([
      0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70,
    ]);
  });

  it('has streams that depend only on seed, purpose and index', () => {
    const start = (seed: number | string, purpose: keyof typeof purposes, index: number) =>
      new Random(rootOf(seed)).at(purpose, index).uint32();
    const busy = new Random(rootOf(7));
    for (let draw = 0; draw < 100; draw++) busy.uint32();
    expect(busy.at('household', 3).uint32()).toBe(start(7, 'household', 3));
    const starts = new Set<number>();
    for (const seed of [1, 2, '1']) {
      for (const purpose of Object.keys(purposes) as (keyof typeof purposes)[]) {
        for (let index = 0; index < 500; index++) starts.add(start(seed, purpose, index));
      }
    }
    // Seeds 1 and "1" are the same seed; among 13,000 32-bit numbers, a pair may coincide by chance.
    expect(starts.size).toBeGreaterThan(13_000 - 40);
    expect(starts.size).toBeLessThanOrEqual(13_000);
  });

  it('stays in range', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 1000 }),
        (seed, index, count) => {
          const random = new Random(rootOf(seed)).at('sessions', index);
          const value = random.below(count);
          expect(value >= 0 && value < count && Number.isInteger(value)).toBe(true);
          expect(random.between(count, count + 3) - count).toBeLessThanOrEqual(3);
        },
      ),
    );
  });

  it('is uniform, and follows weights', () => {
    const random = new Random(rootOf('weights')).at('case', 0);
    const choices = weighted(['often', 9], ['seldom', 1]);
    let often = 0;
    let heads = 0;
    for (let draw = 0; draw < 10_000; draw++) {
      if (random.weighted(choices) === 'often') often += 1;
      if (random.chance(0.5)) heads += 1;
    }
    // Within four standard deviations; the seed is fixed, so this cannot fail by chance.
    expect(Math.abs(often - 9_000)).toBeLessThan(120);
    expect(Math.abs(heads - 5_000)).toBeLessThan(200);
  });

  it('refuses to pick from an empty list', () => {
    expect(() => new Random().pick([])).toThrow(RangeError);
    expect(() => weighted()).toThrow(RangeError);
  });
});
