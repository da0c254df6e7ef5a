import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import pg from 'pg';
import type { Place } from './scanner.js';

/**
 * Yields every file below a folder, except those below `except`, by its path within the folder. Skips temporary files
 * that vanish meanwhile.
 * @throws Error if `except` is the folder itself or contains it, because nothing would be searched.
 */
export function* filesIn(name: string, folder: string, except?: string): Generator<Place> {
  if (except !== undefined && !relative(except, folder).startsWith('..'))
    throw new Error(`${except} leaves nothing of ${folder} to look at`);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (except !== undefined && path.startsWith(except + sep)) continue;
    try {
      yield { name: `${name}: ${relative(folder, path)}`, bytes: readFileSync(path) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw error;
    }
  }
}

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly isBytes: boolean;
}

/**
 * Yields every value of every column of a database, as its superuser sees it: the tables of all schemas, PostgreSQL's
 * statistics of values, and the last statements of its sessions. Leaves out sequences. A bytea comes as its bytes, any
 * other type as text.
 */
export async function* tablesIn(name: string, superuserUrl: string): AsyncGenerator<Place> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows: columns } = await client.query<Column>(
      `SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, a.atttypid = 'bytea'::regtype AS "isBytes"
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          OR n.nspname = 'pg_catalog' AND c.relname IN ('pg_statistic', 'pg_description', 'pg_largeobject', 'pg_stat_activity')
       ORDER BY 1, 2, a.attnum`,
    );
    for (const { schema, table, column, isBytes } of columns) {
      const from = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`;
      const named = client.escapeIdentifier(column);
      const value = isBytes ? named : `convert_to(${named}::text, 'UTF8')`;
      const { rows } = await client.query<[Buffer]>({
        text: `SELECT ${value} FROM ${from} WHERE ${named} IS NOT NULL`,
        rowMode: 'array',
      });
      const place = `${name}: ${schema}.${table}.${column}`;
      // Compressed data is recognised by its first bytes, so each value is a place of its own.
      if (isBytes) for (const [bytes] of rows) yield { name: place, bytes };
      else yield { name: place, bytes: Buffer.concat(rows.flatMap(([bytes]) => [bytes, LINE])) };
    }
  } finally {
    await client.end();
  }
}

const LINE = Buffer.from('\n');
