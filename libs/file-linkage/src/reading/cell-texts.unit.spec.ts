import { expect, it } from 'vitest';
import { textOf } from '../values/text-table.js';
import { CellTexts } from './cell-texts.js';

it('the texts of cells stay where they stand in the file, however many there are', () => {
  const bytes = new TextEncoder().encode('a@b.org;c@d.org;a@b.org;');
  const cells = new CellTexts(1);
  const numbers = [0, 8, 16].map((from) => cells.add(from, from + 7));
  const texts = cells.texts(bytes);
  expect(numbers).toEqual([1, 2, 3]);
  expect(texts.size).toBe(3);
  expect(numbers.map((number) => textOf(texts, number))).toEqual(['a@b.org', 'c@d.org', 'a@b.org']);
});
