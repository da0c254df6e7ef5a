import { join } from 'node:path';
import { csvwOfTable, csvwOfTables, GOLDEN_SCHEMA, readGolden, type GoldenTable } from '@kinledger/golden';
import { connectionSettings, isDatabaseAway } from '@kinledger/database';
import pg from 'pg';
import { Failure } from '../failure.js';
import { growingPrivateFile, writePrivateFile } from '../output/private-file.js';
import { fileOf, tableFile, type ExportFormat } from './table-files.js';

export interface ExportedTable {
  readonly table: string;
  readonly file: string;
  readonly rows: number;
}

export interface Exported {
  readonly position: number;
  readonly tables: readonly ExportedTable[];
}

/**
 * Writes the tables into a folder, all as at one ledger position, each file readable by its owner only.
 * @throws Failure if the database does not answer, does not let the role read, or has no golden dataset.
 */
export async function exportGolden(
  url: string,
  options: {
    readonly tables: readonly GoldenTable[];
    readonly format: ExportFormat;
    readonly folder: string;
    readonly onTable: (table: string) => void;
  },
): Promise<Exported> {
  const { tables, format, folder } = options;
  const client = new pg.Client(connectionSettings(url));
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ position: number }>(
      `SELECT position::float8 AS position FROM ${GOLDEN_SCHEMA}.standing`,
    );
    const position = rows[0]?.position ?? -1;
    const exported: ExportedTable[] = [];
    for (const table of tables) {
      options.onTable(table.name);
      exported.push(await exportTable(client, table, format, folder));
      if (format === 'csv')
        writeJson(join(folder, `${fileOf(table, format)}-metadata.json`), csvwOfTable(table, position));
    }
    if (format === 'csv') writeJson(join(folder, 'csv-metadata.json'), csvwOfTables(tables, position));
    await client.query('COMMIT');
    return { position, tables: exported };
  } catch (error) {
    throw whyNot(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function exportTable(
  client: pg.Client,
  table: GoldenTable,
  format: ExportFormat,
  folder: string,
): Promise<ExportedTable> {
  const file = join(folder, fileOf(table, format));
  const growing = growingPrivateFile(file);
  try {
    const writing = tableFile(format, table, growing);
    let rows = 0;
    for await (const part of readGolden(client, table)) {
      await writing.write(part);
      rows += part.length;
    }
    await writing.finish();
    growing.finish();
    return { table: table.name, file, rows };
  } finally {
    growing.discard();
  }
}

const writeJson = (file: string, document: unknown): void =>
  writePrivateFile(file, `${JSON.stringify(document, undefined, 2)}\n`);

/** SQLSTATEs of what a person can do something about. */
const reasons: Readonly<Record<string, string>> = {
  '28P01': 'the database does not accept the password',
  '28000': 'the role may not log in: an operator has to allow it',
  '42501': 'the role may not read these tables: kinledger_public reads cleared tables only, with --cleared',
  '3F000': 'the database has no golden dataset: a projector of this release makes it when it starts',
  '42P01': 'the database has no golden dataset: a projector of this release makes it when it starts',
  '40001': 'the read models were rebuilt meanwhile: export again',
  P0002: 'the read models are being made: export when they are',
};

function whyNot(error: unknown): unknown {
  if (isDatabaseAway(error)) return new Failure('the database does not answer: see that its URL names it');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  return reason === undefined ? error : new Failure(reason);
}
