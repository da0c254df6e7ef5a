import { readFileSync } from 'node:fs';
import type { FieldKind } from '@kinledger/kin';
import { BrokenCsv } from '../reading/csv-cells.js';
import { readHeader, type CsvHeader } from '../reading/csv-header.js';
import { readRange, type RangeRead, type ReadPlan } from '../reading/read-range.js';
import {
  fieldsOf,
  SchemaRefused,
  type ColumnRole,
  type LinkField,
  type LinkSchema,
} from '../schema/link-schema.js';
import { dateOrderOf } from '../values/canonical-value.js';
import { someCells } from './some-cells.js';
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

/** @throws SchemaRefused if the file lacks a column of the schema; BrokenCsv if it is no CSV file. */
export function readCsvFile(path: string, schema: LinkSchema): FileRead {
  const bytes = new Uint8Array(readFileSync(path));
  try {
    const header = readHeader(bytes);
    const plan = planOf(path, bytes, header, schema);
    return { path, bytes, header, ranges: [readRange(bytes, header.rowsFrom, bytes.length, plan)] };
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
    firstLine: 2,
    fields: fields.map(({ column: title, role, order }, field) => {
      const column = columnOf(title);
      return {
        ...{ column, role, vocabulary: compared[field]?.vocabulary ?? 0 },
        order:
          order ??
          (role === 'birth-date'
            ? dateOrderOf(someCells(bytes, header, column, DATES_LOOKED_AT))
            : 'year-month-day'),
      };
    }),
    vocabularies: Math.max(...compared.map(({ vocabulary }) => vocabulary)) + 1,
    idColumn: schema.id === undefined ? -1 : columnOf(schema.id),
    roleColumn: schema.role === undefined ? -1 : columnOf(schema.role),
  };
}

const DATES_LOOKED_AT = 5000;
