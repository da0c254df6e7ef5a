import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { snapshotsFeatures } from './contract/snapshots.features.js';
import { PostgresSnapshots } from './postgres-snapshots.js';
import type { SnapshotGround } from './snapshots.js';

describe('snapshots in PostgreSQL', () => {
  let databases: TestDatabases;
  let admin: pg.Client;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await databases.drop();
  });

  const open = async () => {
    await admin.query('TRUNCATE linker.snapshot CASCADE');
    const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'snapshots' });
    return { snapshots: new PostgresSnapshots(pool), close: () => pool.end() };
  };
  const ground = { position: 7 } as SnapshotGround; // the store does not look into a ground

  snapshotsFeatures(open);

  it.each([
    ['a piece is missing', `DELETE FROM linker.snapshot_piece WHERE piece = 1`],
    ['a piece is changed', `UPDATE linker.snapshot_piece SET bytes = '\\x00' WHERE piece = 1`],
    [
      'a packed piece is cut off',
      `UPDATE linker.snapshot_piece SET bytes = substring(bytes FOR 8) WHERE piece = 2`,
    ],
  ])('reports a snapshot as damaged if %s', async (_, damage) => {
    const { snapshots, close } = await open();
    await snapshots.write('sure-start', ground, async (take) => {
      for (let piece = 0; piece < 3; piece += 1) await take(new Uint8Array(5_000).fill(piece));
    });
    await admin.query(damage);
    const read = async () => {
      for await (const piece of (await snapshots.newest('sure-start'))?.pieces() ?? [])
        expect(piece).toBeDefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'snapshot-damaged' });
    await close();
  });

  it('deletes what was discarded or not finished', async () => {
    const { snapshots, close } = await open();
    const broken = snapshots.write('sure-start', ground, async (take) => {
      await take(new Uint8Array(5_000));
      throw new Error('no more');
    });
    await expect(broken).rejects.toThrow('no more');
    await snapshots.write('sure-start', ground, (take) => take(new Uint8Array(5_000)));
    await snapshots.discard('sure-start');
    const { rows } = await admin.query(
      'SELECT FROM linker.snapshot UNION ALL SELECT FROM linker.snapshot_piece',
    );
    expect(rows).toHaveLength(0);
    await close();
  });

  it('replaces what a killed process left unfinished', async () => {
    const { snapshots, close } = await open();
    await admin.query(
      `WITH left_over AS (INSERT INTO linker.snapshot (id, programme, ground)
         VALUES (gen_random_uuid(), 'sure-start', '{}') RETURNING id)
       INSERT INTO linker.snapshot_piece SELECT id, 0, '\\x00' FROM left_over`,
    );
    await snapshots.write('sure-start', ground, (take) => take(new Uint8Array(5_000)));
    const { rows } = await admin.query<{ count: number }>('SELECT count(*) AS count FROM linker.snapshot');
    expect(rows).toEqual([{ count: 1 }]);
    await close();
  });
});
