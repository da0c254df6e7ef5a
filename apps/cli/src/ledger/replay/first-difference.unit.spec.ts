import { describe, expect, it } from 'vitest';
import { firstDifference } from './first-difference.js';

describe('the first difference of two values', () => {
  it('is named by members and places, with what each has there', () => {
    const recorded = { data: { placements: [{ rule: 'email' }, { rule: 'email', score: 1 }] } };
    const recomputed = { data: { placements: [{ rule: 'email' }, { rule: 'mobile', score: 1 }] } };
    expect(firstDifference(recorded, recomputed)).toEqual({
      ...{ at: 'data.placements[1].rule', recorded: 'email', recomputed: 'mobile' },
    });
  });

  it('is what one has and the other lacks', () => {
    expect(firstDifference({ a: [1, 2] }, { a: [1] })).toEqual({
      at: 'a[1]',
      recorded: 2,
      recomputed: undefined,
    });
    expect(firstDifference({}, { a: [] })).toEqual({ at: 'a', recorded: undefined, recomputed: [] });
    expect(firstDifference({ a: [] }, { a: {} })).toEqual({ at: 'a', recorded: [], recomputed: {} });
  });

  it('is none between equal values, whatever the order of members', () => {
    expect(firstDifference({ a: 1, b: [null] }, { b: [null], a: 1 })).toBeUndefined();
  });
});
