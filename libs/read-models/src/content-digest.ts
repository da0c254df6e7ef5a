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

/** Of each table, the columns by which its rows are ordered. */
const digested = [
  { name: 'checkpoint', key: ['only_row'] },
  ...readTables.map(({ name, key }) => ({ name, key })),
];

/**
 * Digests the content of read models: every row of every table in the order of its key, as PostgreSQL sends it in binary.
 * Two schemas with one digest answer every query alike. The client must be in a repeatable-read transaction.
 * @param known digests of tables that were computed when these were written.
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
