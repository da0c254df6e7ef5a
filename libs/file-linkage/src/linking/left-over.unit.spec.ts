import { MILLIBITS } from '@kinledger/kin';
import { describe, expect, it } from 'vitest';
import { leftOverBonus } from './left-over.js';

describe('what one-to-one linkage adds to a score', () => {
  it.each([
    ['nothing if a file has no records', 0, 0, 0],
    ['nothing if no record has a counterpart', 0, 10, 0],
    ['a bit if half of the records have one', 5, 10, 1],
    ['at most six bits', 10, 10, 6],
  ])('is %s', (_, matches, smaller, bits) => {
    expect(leftOverBonus(matches, smaller) / MILLIBITS).toBeCloseTo(bits, 3);
  });
});
