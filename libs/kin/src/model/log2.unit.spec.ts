import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { log2 } from './log2.js';

describe('log2', () => {
  it('is the logarithm to twelve digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 5e-324, max: 1e300, noNaN: true }), (value) => {
        expect(Math.abs(log2(value) - Math.log2(value))).toBeLessThan(1e-11);
      }),
    );
  });

  it('is exact for powers of two', () => {
    for (let power = -1074; power < 1024; power++) expect(log2(2 ** power)).toBe(power);
  });

  it('rejects what has none', () => {
    for (const value of [0, -1, NaN, Infinity]) expect(() => log2(value)).toThrow(RangeError);
  });
});
