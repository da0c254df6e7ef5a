import { csvFileOf, columnsOf, type GoldenTable, type GoldenType, type GoldenValue } from '@kinledger/golden';
import { stringify } from 'csv-stringify/sync';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';
import type { GrowingFile } from '../output/private-file.js';

export const exportFormats = ['csv', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Writes the rows of one table, part by part. */
export interface TableFile {
  write(rows: readonly (readonly GoldenValue[])[]): void | Promise<void>;
  finish(): void | Promise<void>;
}

export const fileOf = (table: GoldenTable, format: ExportFormat): string =>
  format === 'csv' ? csvFileOf(table) : `${table.name}.parquet`;

export const tableFile = (format: ExportFormat, table: GoldenTable, file: GrowingFile): TableFile =>
  format === 'csv' ? csvFile(table, file) : parquetFile(table, file);

/** Numbers are written as they are: a negative number is no formula. */
const cast = {
  number: (value: number) => ({ value: String(value), escape_formulas: false }),
  boolean: (value: boolean) => String(value),
};

function csvFile(table: GoldenTable, file: GrowingFile): TableFile {
  const write = (rows: readonly (readonly GoldenValue[])[]) =>
    file.write(
      stringify(
        rows.map((row) => [...row]),
        { record_delimiter: 'windows', escape_formulas: true, cast },
      ),
    );
  write([columnsOf(table).map(({ name }) => name)]);
  return { write, finish: () => undefined };
}

/** Parquet’s type of a column: with it, readers see dates as dates and points in time as such. */
const elementOf: Readonly<Record<GoldenType, Record<string, unknown>>> = {
  bigint: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  'double precision': { type: 'DOUBLE' },
  int: { type: 'INT32' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  timestamptz: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

const MS_A_DAY = 86_400_000;

function storedAs(type: GoldenType, value: GoldenValue): unknown {
  if (value === null) return null;
  switch (type) {
    case 'bigint':
      return BigInt(Number(value));
    case 'date':
      return Date.parse(String(value)) / MS_A_DAY;
    case 'timestamptz':
      return BigInt(Date.parse(String(value)));
    case 'boolean':
    case 'double precision':
    case 'int':
    case 'text':
      return value;
    default:
      return type satisfies never;
  }
}

/** Each part is a row group of its own, which leaves the memory when it is written. */
function parquetFile(table: GoldenTable, file: GrowingFile): TableFile {
  const columns = columnsOf(table);
  const bytes = new ByteWriter();
  const flush = () => {
    file.write(bytes.getBytes());
    bytes.index = 0;
  };
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, { flush }),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ name, type, nullable }) => ({
        ...{ name, repetition_type: nullable === true ? ('OPTIONAL' as const) : ('REQUIRED' as const) },
        ...elementOf[type],
      })),
    ],
    createdBy: 'kinledger',
  });
  return {
    write: (rows) =>
      writer.write({
        rowGroupSize: rows.length,
        columnData: columns.map(({ name, type }, place): ColumnSource => ({
          name,
          data: rows.map((row) => storedAs(type, row[place] ?? null)),
        })),
      }),
    finish: async () => {
      await writer.finish();
      flush();
    },
  };
}
