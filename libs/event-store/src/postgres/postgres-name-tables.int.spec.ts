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

const stream = 'programme-one';
const other = 'programme-other';

describe('tables of name frequencies in PostgreSQL', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'name-tables' });
    for (const name of [stream, other]) await pool.query('SELECT ledger.take_stream($1)', [name]);
  });
  afterAll(async () => {
    await pool.end();
    await databases.drop();
  });

  it('are found under their ledger and id, change with their key, and can be erased', async () => {
    const tables = new PostgresNameTables(pool);
    const store = openEventStore({
      ...{ kind: 'postgres', kurrentDbUrl: undefined, kurrentDbPrefix: undefined },
      platformUrl: databases.url('platform', 'projector'),
      applicationName: 'name-tables',
    });
    try {
      expect(await store.readNameTable(stream, table('').id)).toBeUndefined();
      await tables.keep(stream, table('under the first key'));
      await tables.keep(stream, table('under the second key', 2));
      const kept = await store.readNameTable(stream, table('').id);
      expect(kept).toMatchObject({ id: table('').id, keyVersion: 2 });
      expect(await store.keyVersionOfNameTable(stream, table('').id)).toBe(2);
      expect(Buffer.from(kept?.bytes ?? []).toString('utf8')).toBe('under the second key');
      expect(await tables.all(stream)).toHaveLength(1);
      expect(await tables.erase(stream, table('').id)).toBe(true);
      expect(await tables.erase(stream, table('').id)).toBe(false);
      expect(await store.readNameTable(stream, table('').id)).toBeUndefined();
      expect(await store.keyVersionOfNameTable(stream, table('').id)).toBeUndefined();
    } finally {
      await store.close();
    }
  });

  it('belong to one ledger each, even if two have the same', async () => {
    const tables = new PostgresNameTables(pool);
    const keysOf = async () =>
      Promise.all(
        [stream, other].map(async (name) => (await tables.all(name)).map(({ keyVersion }) => keyVersion)),
      );
    await tables.keep(stream, table('of one', 2));
    await tables.keep(other, table('of the other'));
    expect(await keysOf()).toEqual([[2], [1]]);
    expect(await tables.erase(stream, table('').id)).toBe(true);
    expect(await keysOf()).toEqual([[], [1]]);
    await expect(tables.keep('programme-none', table(''))).rejects.toThrow('no ledger programme-none');
  });

  it('are not replaced by one under an earlier key, because a rotation has wrapped them', async () => {
    const tables = new PostgresNameTables(pool);
    await tables.keep(stream, table('wrapped', 2));
    await tables.keep(stream, table('as it was made'));
    const [kept] = await tables.all(stream);
    expect(kept?.keyVersion).toBe(2);
    expect(Buffer.from(kept?.bytes ?? []).toString('utf8')).toBe('wrapped');
  });
});
