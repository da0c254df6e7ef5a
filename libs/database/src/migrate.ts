import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { functionsOf, installedFunctions, installFunctions } from './functions.js';
import type { DatabaseName } from './roles.js';

const folder = (database: DatabaseName) =>
  fileURLToPath(new URL(`../migrations/${database}/`, import.meta.url));

/** Names of this code's migrations, in order. */
const known = (database: DatabaseName): string[] =>
  readdirSync(folder(database))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();

const journal = { schema: 'migrations', table: 'applied' } as const;

/**
 * Applies missing migrations as the migrator role, each in a transaction, then installs the functions of this code. A
 * migration calls none of these. Idempotent, and safe to run concurrently.
 */
export async function migrate(database: DatabaseName, migratorUrl: string): Promise<void> {
  await runner({
    databaseUrl: migratorUrl,
    dir: folder(database),
    direction: 'up',
    migrationsSchema: journal.schema,
    createMigrationsSchema: true,
    migrationsTable: journal.table,
    checkOrder: false,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  await finish(database, migratorUrl);
}

/**
 * Lets every role that may connect read the applied migrations, which services check when they start, and installs the
 * functions.
 */
async function finish(database: DatabaseName, migratorUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: migratorUrl });
  await client.connect();
  try {
    await client.query(
      `GRANT USAGE ON SCHEMA ${journal.schema} TO PUBLIC; GRANT SELECT ON ${journal.schema}.${journal.table} TO PUBLIC`,
    );
    await installFunctions(client, functionsOf(database));
  } finally {
    await client.end();
  }
}

export interface NotMigrated extends Error {
  readonly code: 'not-migrated';
}

/**
 * Checks that the database has exactly this code's migrations and functions. Every service calls it when it starts.
 * @throws NotMigrated with the first difference and what to do.
 */
export async function requireMigrated(pool: pg.Pool, database: DatabaseName): Promise<void> {
  const fail = (why: string): NotMigrated =>
    Object.assign(
      new Error(
        `database "${database}" ${why}: apply the migrations of this version first, as the launcher does`,
      ),
      {
        code: 'not-migrated' as const,
      },
    );
  const applied = await pool
    .query<{ name: string }>(`SELECT name FROM ${journal.schema}.${journal.table} ORDER BY name`)
    .then(({ rows }) => rows.map((row) => row.name))
    .catch((error: unknown) => {
      if (isUndefinedTable(error)) throw fail('was never migrated');
      throw error;
    });
  const expected = known(database);
  const missing = expected.find((name) => !applied.includes(name));
  if (missing !== undefined) throw fail(`lacks migration ${missing}`);
  const unknown = applied.find((name) => !expected.includes(name));
  if (unknown !== undefined) throw fail(`is newer than this code (migration ${unknown})`);
  const installed = await installedFunctions(pool).catch((error: unknown) => {
    if (isUndefinedTable(error)) throw fail('lacks the functions of this code');
    throw error;
  });
  const functions = functionsOf(database);
  const other = functions.find(({ name, digest }) => installed.get(name) !== digest);
  if (other !== undefined) throw fail(`has another function ${other.name} than this code`);
  const names = new Set(functions.map(({ name }) => name));
  const foreign = [...installed.keys()].find((name) => !names.has(name));
  if (foreign !== undefined) throw fail(`has a function that this code does not know (${foreign})`);
}

const isUndefinedTable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42P01';
