import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { readTables } from './registry.js';
import type { TableDigest } from './writing/filled-table.js';

export interface ContentDigest {
  /** SHA-256 over the digests of all tables, 64 hex digits. */
  readonly digest: string;
  readonly position: number;
  readonly tables: Readonly<Record<string, TableDigest>>;
}

/** The columns by which the rows of each table are ordered. */
const digested = [
  { name: 'checkpoint', key: ['only_row'] },
  ...readTables.map(({ name, key }) => ({ name, key })),
];

/**
 * Digests the content of read models: every row of every table in key order, in PostgreSQL's binary format. Two schemas
 * with the same digest give the same answer to every query. The client must be in a repeatable-read transaction.
 * @param known digests of tables that were computed when the tables were written.
 */
export async function contentDigest(
  client: pg.ClientBase,
  schema: string,
  known: ReadonlyMap<string, TableDigest> = new Map(),
): Promise<ContentDigest> {
  const tables: Record<string, TableDigest> = {};
  for (const { name: table, key } of digested) {
    const written = known.get(table);
    if (written !== undefined) {
      tables[table] = written;
      continue;
    }
    const hash = createHash('sha256');
    const source = client.query(
      copyTo(`COPY (SELECT * FROM ${schema}.${table} ORDER BY ${key.join(', ')}) TO STDOUT (FORMAT binary)`),
    );
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done();
      },
    });
    await pipeline(source, sink);
    tables[table] = { rows: source.rowCount, digest: hash.digest('hex') };
  }
  const { rows } = await client.query<{ position: number }>(
    `SELECT position::float8 AS position FROM ${schema}.checkpoint`,
  );
  const digest = createHash('sha256').update(
    digested.map(({ name: table }) => `${table} ${tables[table]?.digest ?? ''}\n`).join(''),
  );
  return { digest: digest.digest('hex'), position: rows[0]?.position ?? -1, tables };
}
