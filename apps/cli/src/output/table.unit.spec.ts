import { describe, expect, it } from 'vitest';
import { table } from './table.js';

describe('table', () => {
  it('separates columns and right-aligns numbers', () => {
    const columns = [{ title: '' }, { title: 'Children', align: 'right' as const }];
    expect(
      table(columns, [
        ['Diet', '1,234'],
        ['  Cook', '7'],
      ]),
    ).toBe(['        Children', 'Diet       1,234', '  Cook         7'].join('\n'));
  });
});
