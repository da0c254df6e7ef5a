import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { connectionSettings } from './connection.js';
import { functionsOf, installedFunctions, installFunctions } from './functions.js';
import { grantAccess } from './provision.js';
import { compareReleases, recordRelease, releaseOf, thisRelease, type Release } from './release.js';
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

export interface MigrateOptions {
  /** Of the migrator. Default: that of this code. */
  readonly release?: Release;
  /** A statement that waits longer for a lock gives up, so that what queues behind it goes on. Default: 10s. */
  readonly lockTimeout?: string;
}

/**
 * Applies missing migrations as the migrator role, each in a transaction, then installs the functions of this code and
 * records its release. A migration calls none of these functions. Idempotent, and safe to run concurrently and while
 * services run. Leaves a database alone that a newer release has migrated.
 * @throws NotMigrated if a newer release has migrated the database and services of this code do not work on it; the
 * error of PostgreSQL (55P03) if somebody held a lock for too long: repeat.
 */
export async function migrate(
  database: DatabaseName,
  migratorUrl: string,
  { release = thisRelease, lockTimeout = '10s' }: MigrateOptions = {},
): Promise<'migrated' | 'newer'> {
  const connection = { ...connectionSettings(migratorUrl), options: `-c lock_timeout=${lockTimeout}` };
  if (await isNewer(database, connection, release)) return 'newer';
  // Services check migrations and never run them, so they need not load this.
  const { runner } = await import('node-pg-migrate');
  await runner({
    databaseUrl: connection,
    dir: folder(database),
    direction: 'up',
    migrationsSchema: journal.schema,
    createMigrationsSchema: true,
    migrationsTable: journal.table,
    checkOrder: false,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  await finish(database, connection, release);
  return 'migrated';
}

async function isNewer(
  database: DatabaseName,
  connection: pg.ClientConfig,
  release: Release,
): Promise<boolean> {
  return withClient(connection, async (client) => {
    const standing = await releaseOf(client);
    if (standing === undefined || compareReleases(standing.release, release.release) <= 0) return false;
    refuseIncompatible(database, standing, release);
    return true;
  });
}

/**
 * Restricts who may connect, lets every role that may connect read the applied migrations, which services check when
 * they start, and installs the functions.
 */
async function finish(database: DatabaseName, connection: pg.ClientConfig, release: Release): Promise<void> {
  await withClient(connection, async (client) => {
    await client.query(
      `GRANT USAGE ON SCHEMA ${journal.schema} TO PUBLIC; GRANT SELECT ON ${journal.schema}.${journal.table} TO PUBLIC`,
    );
    await installFunctions(client, functionsOf(database), async () => {
      await grantAccess(client, database);
      await recordRelease(client, release);
    });
  });
}

async function withClient<T>(
  connection: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export interface NotMigrated extends Error {
  readonly code: 'not-migrated';
  /** Whether the migrator of this code’s release can help: waiting for it makes sense. */
  readonly behind: boolean;
}

export const isNotMigrated = (error: unknown): error is NotMigrated =>
  error instanceof Error && 'code' in error && error.code === 'not-migrated';

const notMigrated = (database: DatabaseName, why: string, advice: string, behind: boolean): NotMigrated =>
  Object.assign(new Error(`database "${database}" ${why}: ${advice}`), {
    code: 'not-migrated' as const,
    behind,
  });

function refuseIncompatible(database: DatabaseName, standing: Release, { release }: Release): void {
  if (compareReleases(standing.oldestRelease, release) <= 0) return;
  throw notMigrated(
    database,
    `was migrated by release ${standing.release}, and this code is ${release}`,
    `start release ${standing.oldestRelease} or a later one, or restore a backup from before the upgrade`,
    false,
  );
}

/**
 * Checks that this code works on the database. Every service calls it when it starts. The database must have exactly
 * this code's migrations and functions, unless a newer release has migrated it that still supports this one: then it
 * must have at least them, as they are during a rolling upgrade and after a rollback.
 * @throws NotMigrated with the first difference and what to do.
 */
export async function requireMigrated(
  pool: pg.Pool,
  database: DatabaseName,
  release: Release = thisRelease,
): Promise<void> {
  const fail = (why: string): NotMigrated =>
    notMigrated(
      database,
      why,
      'apply the migrations of this version first (kinledger database migrate; the launcher does it by itself)',
      true,
    );
  const applied = await pool
    .query<{ name: string }>(`SELECT name FROM ${journal.schema}.${journal.table} ORDER BY name`)
    .then(({ rows }) => rows.map((row) => row.name))
    .catch((error: unknown) => {
      if (isUndefinedTable(error)) throw fail('was never migrated');
      throw error;
    });
  const standing = await releaseOf(pool);
  const newer = standing !== undefined && compareReleases(standing.release, release.release) > 0;
  if (newer) refuseIncompatible(database, standing, release);
  const expected = known(database);
  const missing = expected.find((name) => !applied.includes(name));
  if (missing !== undefined) throw fail(`lacks migration ${missing}`);
  const unknown = newer ? undefined : applied.find((name) => !expected.includes(name));
  if (unknown !== undefined) throw fail(`is newer than this code (migration ${unknown})`);
  const installed = await installedFunctions(pool).catch((error: unknown) => {
    if (isUndefinedTable(error)) throw fail('lacks the functions of this code');
    throw error;
  });
  const functions = functionsOf(database);
  const other = functions.find(({ name, digest }) =>
    newer ? !installed.has(name) : installed.get(name) !== digest,
  );
  if (other !== undefined) throw fail(`has another function ${other.name} than this code`);
  const names = new Set(functions.map(({ name }) => name));
  const foreign = newer ? undefined : [...installed.keys()].find((name) => !names.has(name));
  if (foreign !== undefined) throw fail(`has a function that this code does not know (${foreign})`);
}

const isUndefinedTable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42P01';
