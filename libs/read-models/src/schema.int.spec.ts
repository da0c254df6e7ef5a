import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readTables } from './registry.js';
import { createReadModels, viewNames } from './schema.js';

/** PostgreSQL’s names of types, mapped to the names that the statements use. */
const written: Readonly<Record<string, string>> = {
  integer: 'int',
  'timestamp with time zone': 'timestamptz',
};

let databases: TestDatabases;
let pool: pg.Pool;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await databases.drop();
});

/** Columns of every table of a schema, in order. */
async function columnsIn(schema: string): Promise<Record<string, string[]>> {
  const { rows } = await pool.query<{ table: string; columns: string[] }>(
    `SELECT c.relname AS table, array_agg(a.attname || ' ' || format_type(a.atttypid, NULL) ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'm') GROUP BY 1`,
    [schema],
  );
  return Object.fromEntries(
    rows.map(({ table, columns }) => [
      table,
      columns.map((column) => {
        const [name = '', ...type] = column.split(' ');
        return `${name} ${written[type.join(' ')] ?? type.join(' ')}`;
      }),
    ]),
  );
}

const declared = (): Record<string, string[]> => ({
  checkpoint: [
    ...['only_row boolean', 'position bigint', 'tables_version text', 'records int', 'individuals int'],
    ...['families int', 'submissions int'],
  ],
  ...Object.fromEntries(
    readTables.map(({ name, columns }) => [name, columns.map((column) => `${column.name} ${column.type}`)]),
  ),
});

describe('the schema of the read models', () => {
  it('contains only the tables and columns that a read model declares', async () => {
    const client = await pool.connect();
    await createReadModels(client, 'tried');
    client.release();
    expect(await columnsIn('tried')).toEqual(declared());
  });

  it('contains exactly the views that read models declare', async () => {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('tried') AND relkind = 'v' ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(viewNames.toSorted());
    for (const name of viewNames) expect((await pool.query(`SELECT * FROM tried.${name}`)).rows).toEqual([]);
  });

  it('detects a table that belongs to no read model', async () => {
    await pool.query('CREATE TABLE tried.stray (record_id uuid NOT NULL)');
    expect(await columnsIn('tried')).not.toEqual(declared());
  });
});
