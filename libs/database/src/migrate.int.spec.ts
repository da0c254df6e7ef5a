import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import pg from 'pg';
import { migrate, requireMigrated } from './migrate.js';
import { createPool } from './pool.js';
import { databaseNames, mayConnect, roleNames } from './roles.js';
import { releaseOf } from './release.js';
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

describe('a database that a newer release has migrated', () => {
  let databases: TestDatabases;
  let migrator: pg.Client;
  const older = { release: '1.0.0', oldestRelease: '1.0.0' };
  const newer = { release: '1.1.0', oldestRelease: '1.0.0' };
  const tooNew = { release: '2.0.0', oldestRelease: '1.1.0' };
  const starts = async (release: typeof older) => {
    const pool = createPool({ url: databases.url('bus', 'linker'), applicationName: 'test' });
    return requireMigrated(pool, 'bus', release).finally(() => pool.end());
  };
  const migrated = (release: typeof older) => migrate('bus', databases.url('bus', 'migrator'), { release });
  /** What a later release may add and change: a migration, another function, another body. */
  const change = async () => {
    await migrator.query(`INSERT INTO migrations.applied (name, run_on) VALUES ('9000_later', now());
      INSERT INTO migrations.function VALUES ('bus.later', 'x');
      UPDATE migrations.function SET digest = 'other' WHERE name = 'bus.publish'`);
  };

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    migrator = new pg.Client({ connectionString: databases.url('bus', 'migrator') });
    await migrator.connect();
    await migrated(newer);
    await change();
  });
  afterAll(async () => {
    await migrator.end();
    await databases.drop();
  });

  it('lets services of an older release start that it still supports, so that they may restart during an upgrade', async () => {
    await expect(starts(older)).resolves.toBeUndefined();
  });

  it('keeps its own services to exactly its migrations and functions', async () => {
    await expect(starts(newer)).rejects.toMatchObject({ code: 'not-migrated', behind: true });
  });

  it('is left as it is by the migrator of an older release, after a rollback', async () => {
    expect(await migrated(older)).toBe('newer');
    expect(await releaseOf(migrator)).toEqual(newer);
  });

  it('still refuses an older release that lacks one of its functions or migrations', async () => {
    await migrator.query(`DELETE FROM migrations.function WHERE name = 'bus.lag'`);
    await expect(starts(older)).rejects.toMatchObject({
      message: expect.stringContaining('bus.lag') as string,
    });
  });

  it('refuses services and the migrator of a release that it no longer supports, and names the oldest that it does', async () => {
    await migrated(tooNew);
    const refusal = {
      code: 'not-migrated',
      behind: false,
      message: expect.stringContaining('1.1.0') as string,
    };
    await expect(starts(older)).rejects.toMatchObject(refusal);
    await expect(migrated(older)).rejects.toMatchObject(refusal);
  });
});

it('gives up a migration whose lock somebody holds, so that others need not queue behind it', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  const holder = new pg.Client({ connectionString: databases.superuserUrl('bus') });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE migrations.function');
    const migrating = migrate('bus', databases.url('bus', 'migrator'), { lockTimeout: '100ms' });
    await expect(migrating).rejects.toMatchObject({ code: '55P03' });
  } finally {
    await holder.end();
    await databases.drop();
  }
});
