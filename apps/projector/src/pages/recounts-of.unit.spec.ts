import { describe, expect, it } from 'vitest';
import { recountsOf } from './recounts-of.js';

const PERIOD = '2023-24-Q2';
const first = { period: PERIOD, edition: 1, standing: 'published' } as const;
const second = { period: PERIOD, edition: 2, standing: 'unpublished' } as const;
const reproduced = { kind: 'reproduction', period: PERIOD, edition: 1 } as const;
const restated = { kind: 'restatement', period: PERIOD, edition: 1 } as const;
const betweenPositions = { kind: 'restatement', period: PERIOD, edition: null } as const;
const elsewhere = { kind: 'reproduction', period: '2023-24-Q1', edition: 2 } as const;
const latest = [elsewhere, reproduced, betweenPositions, restated];

describe('what was asked lately of an edition of a quarter', () => {
  it('is of that edition', () => {
    expect(recountsOf(first, [first], latest)).toEqual({ reproduced, restated });
  });

  it('is no reproduction of another edition, and what changed since the one that is published', () => {
    expect(recountsOf(second, [second, first], latest)).toEqual({ reproduced: undefined, restated });
  });

  it('is what changed since the edition itself where none is published', () => {
    const editions = [second, { ...first, standing: 'withdrawn' as const }];
    const own = { ...restated, edition: 2 };
    expect(recountsOf(second, editions, latest).restated).toBeUndefined();
    expect(recountsOf(second, editions, [...latest, own]).restated).toBe(own);
  });
});
