import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from './migrate.js';
import { provision, type ConnectionUrls } from './provision.js';
import type {} from 'vitest';
import { databaseNames, roleNames, type DatabaseName, type RoleName } from './roles.js';

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

/** Creates three migrated databases with unique names, for one test file. */
export async function createTestDatabases(postgresUrl: string): Promise<TestDatabases> {
  const prefix = `test_${randomBytes(5).toString('hex')}_`;
  const urls = await provision({ superuserUrl: postgresUrl, passwords, prefix });
  for (const database of databaseNames) await migrate(database, urls.url(database, 'migrator'));
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
