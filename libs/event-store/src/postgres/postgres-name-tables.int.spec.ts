import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openEventStore } from '../open-event-store.js';
import { PostgresNameTables } from './postgres-name-tables.js';

const table = (bytes: string, keyVersion = 1) => ({
  ...{ id: 'ab'.repeat(32), keyVersion },
  bytes: Buffer.from(bytes, 'utf8'),
});

describe('tables of name frequencies in PostgreSQL', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'name-tables' });
  });
  afterAll(async () => {
    await pool.end();
    await databases.drop();
  });

  it('are found by every store under their id, change with their key, and can be erased', async () => {
    const tables = new PostgresNameTables(pool);
    const store = openEventStore({
      ...{ kind: 'postgres', kurrentDbUrl: undefined, kurrentDbPrefix: undefined },
      platformUrl: databases.url('platform', 'projector'),
      applicationName: 'name-tables',
    });
    try {
      expect(await store.readNameTable(table('').id)).toBeUndefined();
      await tables.keep(table('under the first key'));
      await tables.keep(table('under the second key', 2));
      const kept = await store.readNameTable(table('').id);
      expect(kept).toMatchObject({ id: table('').id, keyVersion: 2 });
      expect(Buffer.from(kept?.bytes ?? []).toString('utf8')).toBe('under the second key');
      expect(await tables.all()).toHaveLength(1);
      expect(await tables.erase(table('').id)).toBe(true);
      expect(await tables.erase(table('').id)).toBe(false);
      expect(await store.readNameTable(table('').id)).toBeUndefined();
    } finally {
      await store.close();
    }
  });
});
