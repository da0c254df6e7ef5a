import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import type { ExtractColumn, ExtractTable } from '../tables.js';

const ROWS = 5;

/** A table of the same shape with invented rows: to write and test programs before the data come. */
export const dummyTable = ({ columns }: ExtractTable): string =>
  stringify(
    Array.from({ length: ROWS }, (_, row) => columns.map((column) => dummyCell(column, row))),
    { header: true, columns: columns.map(({ name }) => name), record_delimiter: '\r\n' },
  );

function dummyCell({ name, type, codes }: ExtractColumn, row: number): string {
  if (name === 'person' || name === 'family')
    return createHash('sha256').update(`invented ${name} ${row}`).digest('hex').slice(0, 32);
  if (codes !== undefined) return codes[row % codes.length] ?? '';
  switch (type) {
    case 'integer':
      return String(row + 1);
    case 'number':
      return `${row + 1}.5`;
    case 'date':
      return `2000-01-0${row + 1}`;
    case 'month':
      return `2000-0${row + 1}`;
    case 'text':
      return `invented-${row + 1}`;
    default:
      return type satisfies never;
  }
}
