import { describe, expect, it } from 'vitest';
import { Words } from './words.js';

describe('words', () => {
  it('have one number each, from 0, even if they are repeated', () => {
    const words = new Words();
    expect(['adult', 'child', 'adult', '', 'child'].map((word) => words.numberOf(word))).toEqual([
      0, 1, 0, 2, 1,
    ]);
    expect([0, 1, 2].map((number) => words.wordOf(number))).toEqual(['adult', 'child', '']);
  });
});
