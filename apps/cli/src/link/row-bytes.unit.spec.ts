import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowBytes } from './row-bytes.js';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

it('writes rows that csv-parse reads back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' '), minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, word), { minLength: 1 }), (written) => {
      const rows = new RowBytes();
      for (const [text, number] of written) {
        const bytes = Buffer.from(`_${text}_`);
        rows
          .cell(bytes, 1, bytes.length - 2)
          .text(',')
          .word(number);
        rows.endRow();
      }
      const hex = (number: number) => (number >>> 0).toString(16).padStart(8, '0');
      expect(parse(Buffer.from(rows.take()))).toEqual(written.map(([text, number]) => [text, hex(number)]));
    }),
  );
});

it('makes room for a cell that is longer than what it keeps', () => {
  const long = Buffer.alloc(3_000_000, 'x');
  const rows = new RowBytes().text('id,').cell(long, 0, long.length);
  expect(rows.endRow()).toBe(true);
  expect(rows.take().length).toBe(long.length + 4);
});
