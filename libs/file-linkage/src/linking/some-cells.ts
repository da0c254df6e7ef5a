import { readCells } from '../reading/csv-cells.js';
import type { CsvHeader } from '../reading/csv-header.js';
import { decode } from '../values/text-table.js';

/** The first values of a column. */
export function someCells(
  bytes: Uint8Array,
  header: CsvHeader,
  column: number,
  most: number,
): readonly string[] {
  const wanted = new Uint8Array(header.columns.length + 1);
  wanted[column] = 1;
  const found: string[] = [];
  const part = bytes.subarray(header.rowsFrom, header.rowsFrom + most * 400);
  try {
    readCells(part, 0, part.length, header.delimiter, {
      ...{ wanted, keepsQuotes: true },
      cell: (cells, _, from, until) => {
        if (until > from) found.push(decode(cells, from, until));
      },
      row: () => undefined,
    });
  } catch {
    // The part may end within a quoted cell; the file is read as a whole later.
  }
  return found.slice(0, most);
}
