import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from './migrate.js';
import { provision, type ConnectionUrls } from './provision.js';
import type {} from 'vitest';
import { databaseNames, postgresRole, roleNames, type DatabaseName, type RoleName } from './roles.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of a throw-away PostgreSQL server that lives as long as the test run. */
    postgresUrl: string;
  }
}

/** One password for all test files, because roles belong to the server and files run concurrently. */
const passwords = Object.fromEntries(roleNames.map((role) => [role, 'test-only'])) as Record<
  RoleName,
  string
>;

export interface TestDatabases extends ConnectionUrls {
  readonly superuserUrl: (database: DatabaseName) => string;
  drop(): Promise<void>;
}

/** Creates three migrated databases with unique names, for one test file: copies of three that are migrated once. */
export async function createTestDatabases(postgresUrl: string): Promise<TestDatabases> {
  const prefix = `test_${randomBytes(5).toString('hex')}_`;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    // Test files run concurrently, and nobody may be connected to a database that is copied.
    await client.query('SELECT pg_advisory_lock(7163503)');
    await migrateOnce(client, postgresUrl);
    for (const database of databaseNames) {
      const owner = client.escapeIdentifier(postgresRole('migrator'));
      // Copies files; by default PostgreSQL copies page by page through its buffers and its log.
      await client.query(
        `CREATE DATABASE ${prefix}${database} OWNER ${owner} TEMPLATE ${MIGRATED}${database} STRATEGY FILE_COPY`,
      );
    }
  } finally {
    await client.end();
  }
  const urls = await provision({ superuserUrl: postgresUrl, passwords, prefix });
  return {
    ...urls,
    superuserUrl: (database) => {
      const url = new URL(postgresUrl);
      url.pathname = `/${prefix}${database}`;
      return url.href;
    },
    drop: async () => {
      const client = new pg.Client({ connectionString: postgresUrl });
      await client.connect();
      try {
        for (const database of databaseNames) {
          await client.query(
            `DROP DATABASE IF EXISTS ${client.escapeIdentifier(prefix + database)} WITH (FORCE)`,
          );
        }
      } finally {
        await client.end();
      }
    },
  };
}

/** Prefix of the migrated databases that are copied. */
const MIGRATED = 'test_migrated_';

async function migrateOnce(client: pg.Client, postgresUrl: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT datname AS name FROM pg_database');
  const isThere = (database: DatabaseName) => rows.some(({ name }) => name === `${MIGRATED}${database}`);
  if (databaseNames.every(isThere)) return;
  const prefix = 'test_migrating_';
  const urls = await provision({ superuserUrl: postgresUrl, passwords, prefix });
  for (const database of databaseNames) {
    await migrate(database, urls.url(database, 'migrator'));
    await client.query(`ALTER DATABASE ${prefix}${database} RENAME TO ${MIGRATED}${database}`);
  }
}
