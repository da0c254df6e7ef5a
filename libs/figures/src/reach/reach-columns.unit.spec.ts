import { describe, expect, it } from 'vitest';
import { doubtfulRows } from './reach-columns.js';

describe('doubtful rows', () => {
  it.each([
    [306, 874, 568],
    [null, 874, null],
    [306, null, null],
  ])(
    'of %s people reached and an upper bound of %s are %s: unknown unless both are known',
    (individuals, upperBound, rows) => {
      expect(doubtfulRows({ individuals, upperBound })).toBe(rows);
    },
  );
});
