import { describe, expect, it } from 'vitest';
import { TextTable, textOf, TooManyValues } from './text-table.js';

describe('a table of texts', () => {
  it('numbers distinct texts in the order in which they come', () => {
    const table = new TextTable();
    expect(['ada', 'bo', 'ada', 'Zoë', 'bo'].map((text) => table.numberOfText(text))).toEqual([
      1, 2, 1, 3, 2,
    ]);
    expect(textOf(table.texts(), 3)).toBe('Zoë');
  });

  it('holds as many bytes as it may, and refuses more in one sentence', () => {
    const most = 5_000;
    const table = new TextTable(1, most);
    const text = (at: number) => String(at).padStart(100, 'x');
    for (let at = 0; at < most / 100; at++) expect(table.numberOfText(text(at))).toBe(at + 1);
    expect(() => table.numberOfText(text(most))).toThrow(TooManyValues);
    expect(table.numberOfText(text(7))).toBe(8);
    expect(textOf(table.texts(), most / 100)).toBe(text(most / 100 - 1));
  });
});
