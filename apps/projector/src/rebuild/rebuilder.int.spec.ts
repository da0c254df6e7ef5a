import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LiveProjection } from '../projection/live-projection.js';
import { SmallLedger, STREAM } from '../projection/small-ledger.testing.js';
import { Rebuilder } from './rebuilder.js';

let databases: TestDatabases;
let pool: pg.Pool;
let superuser: pg.Pool;
let ledger: SmallLedger;

beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
  superuser = createPool({ url: databases.superuserUrl('platform'), applicationName: 'test' });
  ledger = new SmallLedger();
  await ledger.open();
  const client = await pool.connect();
  await createReadModels(client, LIVE_SCHEMA);
  client.release();
});
afterAll(async () => {
  await Promise.all([pool.end(), superuser.end()]);
  await databases.drop();
});

/** A rebuilder whose reading of the ledger waits until it is let go. */
function heldRebuilder() {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((done) => (letGo = done));
  const store = Object.assign(Object.create(ledger.store) as typeof ledger.store, {
    readPage: async (...call: Parameters<typeof ledger.store.readPage>) => {
      await held;
      return ledger.store.readPage(...call);
    },
  });
  const live = new LiveProjection({
    store,
    stream: STREAM,
    pool,
    onDecision: () => undefined,
    onError: () => undefined,
  });
  return { rebuilder: new Rebuilder({ store, stream: STREAM, pool, live, onError: () => undefined }), letGo };
}

const states = async () =>
  (
    await pool.query<{ state: string; reason: string | null }>(
      'SELECT state, reason FROM operations.rebuild ORDER BY started_at',
    )
  ).rows;
const schemas = async () =>
  (await pool.query(String.raw`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rebuild\_%'`)).rowCount;

describe('a rebuild', () => {
  it('goes on while another projector starts, which clears away what nobody is at', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    const { id } = await rebuilder.start('live');
    await expect.poll(schemas).toBe(1);
    const other = heldRebuilder().rebuilder;
    await other.clearInterrupted();
    expect(await rebuilder.find(id)).toMatchObject({ state: 'running' });
    expect(await schemas()).toBe(1);
    letGo();
    await expect.poll(() => rebuilder.find(id)).toMatchObject({ state: 'done' });
    await rebuilder.stop();
  });

  it('that its database leaves alone is over: nothing of it is left but why', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    const { id } = await rebuilder.start('live');
    await expect.poll(schemas).toBe(1);
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kinledger_projector' AND datname = current_database()`,
    );
    letGo();
    await expect.poll(() => rebuilder.find(id)).toMatchObject({ state: 'failed' });
    expect(await schemas()).toBe(0);
    await rebuilder.stop();
  });

  it('that was killed is cleared away by the next projector that starts', async () => {
    await pool.query(
      `INSERT INTO operations.rebuild (rebuild_id, kind, state, schema_name, head)
       VALUES (gen_random_uuid(), 'live', 'running', 'rebuild_killed', 1)`,
    );
    await pool.query('CREATE SCHEMA rebuild_killed');
    await heldRebuilder().rebuilder.clearInterrupted();
    expect(await schemas()).toBe(0);
    expect(await states()).toContainEqual({ state: 'failed', reason: 'interrupted' });
  });
});
