import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenCsv, readCells } from './csv-cells.js';

function rowsOf(text: string, delimiter = ','): string[][] {
  const bytes = new TextEncoder().encode(text);
  const rows: string[][] = [];
  let cells: string[] = [];
  readCells(bytes, 0, bytes.length, delimiter.charCodeAt(0), {
    wanted: new Uint8Array(50).fill(1),
    cell: (found, column, from, until) => {
      cells.length = column;
      cells.push(new TextDecoder().decode(found.slice(from, until)));
    },
    row: () => {
      rows.push(cells);
      cells = [];
    },
  });
  return rows;
}

const plain = fc.string({ unit: fc.constantFrom('a', 'é', '7', ' ', '-'), maxLength: 6 });
const inner = fc.string({ unit: fc.constantFrom('a', 'é', ',', ';', '""', '\n', '\r\n', ' '), maxLength: 6 });
const cell = fc.oneof(
  plain,
  inner.map((text) => `"${text}"`),
  inner.map((text) => ` "${text}" `),
);

describe('reading cells', () => {
  it('gives what csv-parse gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t'),
        fc.boolean(),
        (cells, lineEnd, delimiter, ended) => {
          const text = cells.map((row) => row.join(delimiter)).join(lineEnd) + (ended ? lineEnd : '');
          const expected: string[][] = parse(text, {
            ...{ delimiter, trim: true, relax_column_count: true, skip_empty_lines: true },
            record_delimiter: ['\r\n', '\n'],
          });
          // Within quotation marks csv-parse keeps white space; here no cell begins or ends with any.
          const trimmed = expected.map((row) => row.map((each) => each.trim()));
          expect(rowsOf(text, delimiter)).toEqual(trimmed);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names the line of a quotation mark that is not closed', () => {
    expect(() => rowsOf('a,b\nc,"d\n')).toThrow(new BrokenCsv(3, 'a quotation mark is not closed').message);
  });

  it('refuses text after a closing quotation mark', () => {
    expect(() => rowsOf('a,"b" c\n')).toThrow(BrokenCsv);
  });
});
