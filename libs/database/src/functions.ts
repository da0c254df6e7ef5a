import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { DatabaseName } from './roles.js';

/** A function of a database, as the file of its name has it, with its rights. */
export interface DatabaseFunction {
  /** With its schema, such as `bus.publish`; also the name of its file. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file. */
  readonly digest: string;
}

const folder = (database: DatabaseName) =>
  fileURLToPath(new URL(`../functions/${database}/`, import.meta.url));

/** This code's functions of a database, by name. */
export function functionsOf(database: DatabaseName): readonly DatabaseFunction[] {
  if (!existsSync(folder(database))) return [];
  return readdirSync(folder(database))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(`${folder(database)}${file}`, 'utf8');
      return {
        name: file.slice(0, -'.sql'.length),
        sql,
        digest: createHash('sha256').update(sql).digest('hex'),
      };
    });
}

const JOURNAL = 'migrations.function';

/** The digests of the functions that a database has, by name. */
export async function installedFunctions(
  client: Pick<pg.Client, 'query'>,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; digest: string }>(
    `SELECT name, digest FROM ${JOURNAL}`,
  );
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

/**
 * Makes the functions of a database those of this code, in one transaction: new and changed ones are created anew, and
 * those that this code no longer has are dropped. Idempotent, and safe to run concurrently.
 * @param also what else belongs to the transaction.
 */
export async function installFunctions(
  client: pg.Client,
  functions: readonly DatabaseFunction[],
  also: () => Promise<void> = async () => undefined,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('${JOURNAL}'))`);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${JOURNAL} (name text PRIMARY KEY, digest text NOT NULL);
       GRANT SELECT ON ${JOURNAL} TO PUBLIC`,
    );
    // Functions may call each other: their bodies are not checked before all of them are there.
    await client.query('SET LOCAL check_function_bodies = off');
    const installed = await installedFunctions(client);
    const wanted = new Set(functions.map(({ name }) => name));
    for (const name of installed.keys()) if (!wanted.has(name)) await drop(client, name);
    const changed = functions.filter(({ name, digest }) => installed.get(name) !== digest);
    for (const { name, sql, digest } of changed) {
      await drop(client, name);
      await client.query(sql);
      await client.query(`INSERT INTO ${JOURNAL} (name, digest) VALUES ($1, $2)`, [name, digest]);
    }
    await client.query('SET LOCAL check_function_bodies = on');
    for (const { name } of changed) await checkBody(client, name);
    await also();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** @throws an error where a file made no function of its name, or the function's body is wrong. */
async function checkBody(client: pg.Client, name: string): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT CASE l.lanname WHEN 'sql' THEN fmgr_sql_validator(p.oid) WHEN 'plpgsql' THEN plpgsql_validator(p.oid) END
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
     WHERE n.nspname || '.' || p.proname = $1`,
    [name],
  );
  if (rowCount === 0) throw new Error(`the file of ${name} makes no function of this name`);
}

/** Drops every function of the name, whatever its parameters, and its line in the journal. */
async function drop(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ signature: string }>(
    `SELECT p.oid::regprocedure::text AS signature FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname || '.' || p.proname = $1`,
    [name],
  );
  for (const { signature } of rows) await client.query(`DROP FUNCTION ${signature}`);
  await client.query(`DELETE FROM ${JOURNAL} WHERE name = $1`, [name]);
}
