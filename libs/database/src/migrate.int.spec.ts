import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import pg from 'pg';
import { requireMigrated } from './migrate.js';
import { createPool } from './pool.js';
import { databaseNames, mayConnect, roleNames } from './roles.js';
import { createTestDatabases, type TestDatabases } from './testing.js';

describe('databases', () => {
  let databases: TestDatabases;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
  });
  afterAll(() => databases.drop());

  it('are accepted by a service of this version once migrated', async () => {
    const pool = createPool({ url: databases.url('platform', 'reporting'), applicationName: 'test' });
    await expect(requireMigrated(pool, 'platform')).resolves.toBeUndefined();
    await pool.end();
  });

  for (const role of roleNames) {
    for (const database of databaseNames) {
      const allowed = mayConnect[role].includes(database);
      it(`${allowed ? 'let' : 'do not let'} ${role} connect to ${database}`, async () => {
        const client = new pg.Client({ connectionString: databases.url(database, role) });
        const connected = client.connect().then(() => client.end());
        if (allowed) await expect(connected).resolves.toBeUndefined();
        else await expect(connected).rejects.toThrow(/permission denied for database/);
      });
    }
  }
});
