import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkpointsFeatures } from './contract/checkpoints.features.js';
import { PostgresCheckpoints } from './postgres-checkpoints.js';

describe('checkpoints in PostgreSQL', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'checkpoints' });
  });
  afterAll(async () => {
    await pool.end();
    await databases.drop();
  });

  checkpointsFeatures(() => new PostgresCheckpoints(pool));

  it.each([
    `UPDATE ledger.checkpoint SET note = 'x'`,
    'DELETE FROM ledger.checkpoint',
    'TRUNCATE ledger.checkpoint',
    `INSERT INTO ledger.checkpoint (stream, size, note, frontier, leaves) VALUES ('s', 1, 'x', 'x', '')
     ON CONFLICT (stream, size) DO UPDATE SET note = 'y'`,
  ])('refuses the linker: %s', async (statement) => {
    await expect(pool.query(statement)).rejects.toThrow('permission denied');
  });
});
