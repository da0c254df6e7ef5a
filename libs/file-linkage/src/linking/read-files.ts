import { readFileSync } from 'node:fs';
import type { FieldKind } from '@kinledger/kin';
import { BrokenCsv, readCells, type CellSink } from '../reading/csv-cells.js';
import { readHeader, type CsvHeader } from '../reading/csv-header.js';
import { readRange, type RangeRead, type ReadPlan } from '../reading/read-range.js';
import {
  fieldsOf,
  SchemaRefused,
  type ColumnRole,
  type DateOrder,
  type LinkField,
  type LinkSchema,
} from '../schema/link-schema.js';
import { guessSchema, type GuessedSchema } from '../schema/guess-schema.js';
import { DateOrderJudge } from '../values/canonical-value.js';
import { decode } from '../values/text-table.js';
import type { FieldToCompare } from './link-records.js';

/** One file, read into numbers. */
export interface FileRead {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly header: CsvHeader;
  readonly ranges: readonly RangeRead[];
}

/** The fields of a schema, and the vocabularies in which their values are numbered: one for both names. */
export function fieldsToCompare(fields: readonly LinkField[]): readonly FieldToCompare[] {
  let next = 0;
  let ofNames: number | undefined;
  return fields.map(({ name, role }): FieldToCompare => {
    const kind = kindOf(role);
    if (kind !== 'given-name' && kind !== 'surname') return { name, kind, vocabulary: next++ };
    ofNames ??= next++;
    return { name, kind, vocabulary: ofNames };
  });
}

const kindOf = (role: ColumnRole): FieldKind => (role === 'given-name-part' ? 'given-name' : role);

/** A CSV file as it stands on the disk. */
export interface CsvFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export const csvFile = (path: string): CsvFile => ({ path, bytes: new Uint8Array(readFileSync(path)) });

/** What the columns of a file seem to hold. @throws BrokenCsv if it is no CSV file. */
export const guessSchemaOf = (file: CsvFile): GuessedSchema =>
  named(file.path, () => guessSchema(file.bytes, readHeader(file.bytes)));

/** @throws SchemaRefused if the file lacks a column of the schema; BrokenCsv if it is no CSV file. */
export const readCsvFile = ({ path, bytes }: CsvFile, schema: LinkSchema): FileRead =>
  named(path, () => {
    const header = readHeader(bytes);
    const plan = planOf(path, bytes, header, schema);
    return { path, bytes, header, ranges: [readRange(bytes, header.rowsFrom, bytes.length, plan)] };
  });

/** Names the file of what is broken. */
function named<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof BrokenCsv ? error.in(path) : error;
  }
}

function planOf(path: string, bytes: Uint8Array, header: CsvHeader, schema: LinkSchema): ReadPlan {
  const columnOf = (title: string): number => {
    const column = header.columns.indexOf(title.trim());
    if (column < 0)
      throw new SchemaRefused(
        `${path} has no column "${title}"; it has ${header.columns.map((each) => `"${each}"`).join(', ')}`,
      );
    return column;
  };
  const fields = fieldsOf(schema);
  const compared = fieldsToCompare(fields);
  return {
    delimiter: header.delimiter,
    columns: header.columns.length,
    firstLine: header.firstLine,
    fields: fields.map(({ column: title, role, order }, field) => {
      const column = columnOf(title);
      return {
        ...{ column, role, vocabulary: compared[field]?.vocabulary ?? 0 },
        order: order ?? (role === 'birth-date' ? dateOrderOf(bytes, header, column) : 'year-month-day'),
      };
    }),
    vocabularies: Math.max(...compared.map(({ vocabulary }) => vocabulary)) + 1,
    idColumn: schema.id === undefined ? -1 : columnOf(schema.id),
    roleColumn: schema.role === undefined ? -1 : columnOf(schema.role),
  };
}

/** Judged from all dates: in a file that is sorted by date, the first thousands may fit any order. */
function dateOrderOf(bytes: Uint8Array, header: CsvHeader, column: number): DateOrder {
  const judge = new DateOrderJudge();
  const wanted = new Uint8Array(header.columns.length + 1);
  wanted[column] = 1;
  const sink: CellSink = {
    ...{ wanted, keepsQuotes: true },
    cell: (cells, _, from, until) => judge.add(decode(cells, from, until)),
    row: () => undefined,
  };
  readCells(bytes, header.rowsFrom, bytes.length, header.delimiter, sink, header.firstLine);
  return judge.order();
}
