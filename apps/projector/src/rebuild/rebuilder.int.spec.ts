import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import { withMethods } from '@kinledger/test-doubles';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LiveProjection } from '../projection/live-projection.js';
import { projectLedger } from '../projection/project-ledger.js';
import {
  linked,
  received,
  registered,
  SmallLedger,
  STREAM,
  userRow,
} from '../projection/small-ledger.testing.js';
import { Rebuilder } from './rebuilder.js';

/** Allows for a busy machine. */
const PATIENT = { timeout: 30_000 };

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
  await projectLedger({
    store: ledger.store,
    stream: STREAM,
    client,
    schema: LIVE_SCHEMA,
    more: () => Promise.resolve(false),
    signal: new AbortController().signal,
  });
  client.release();
});
afterAll(async () => {
  await Promise.all([pool.end(), superuser.end()]);
  await databases.drop();
});

function rebuilderOver(store: typeof ledger.store): Rebuilder {
  const live = new LiveProjection({
    store,
    stream: STREAM,
    pool,
    onApplied: () => undefined,
    onError: () => undefined,
    onHalt: () => undefined,
    onCaughtUp: () => undefined,
  });
  return new Rebuilder({ store, stream: STREAM, pool, live, onError: () => undefined });
}

/** A rebuilder whose reads of the ledger are held until released. */
function heldRebuilder() {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((done) => (letGo = done));
  const store = withMethods(ledger.store, {
    readPage: async (...call: Parameters<typeof ledger.store.readPage>) => {
      await held;
      return ledger.store.readPage(...call);
    },
  });
  return { rebuilder: rebuilderOver(store), letGo };
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
  it('is invisible to readers until it is done', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    const { id } = await rebuilder.start('live');
    expect(await schemas()).toBe(0);
    letGo();
    await expect.poll(() => rebuilder.find(id), PATIENT).toMatchObject({ state: 'done', position: 1 });
    expect(await schemas()).toBe(0);
    await rebuilder.stop();
  });

  it('up to a past position ends at the last closing event before it, and gets a schema of that name', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    letGo();
    const row = userRow('amara', 'adult', {}, '2023-07-01');
    await ledger.append(
      [received('s1', 'natural-thinkers.user', 1), registered(row, 'amara', 's1'), linked('s1', 1)],
      [row],
    );
    const { id } = await rebuilder.start('as-at', 3);
    await expect
      .poll(() => rebuilder.find(id), PATIENT)
      .toMatchObject({ state: 'done', position: 1, records: 0 });
    const { rows } = await pool.query('SELECT position FROM golden_at_3.checkpoint');
    expect(rows).toEqual([{ position: 1 }]);
    await rebuilder.stop();
  });

  it('continues while another projector starts, which clears away abandoned rebuilds', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    const { id } = await rebuilder.start('live');
    const other = heldRebuilder().rebuilder;
    await other.clearInterrupted();
    expect(await rebuilder.find(id)).toMatchObject({ state: 'running' });
    letGo();
    await expect.poll(() => rebuilder.find(id), PATIENT).toMatchObject({ state: 'done' });
    await rebuilder.stop();
  });

  it('that loses its database ends, and leaves only the reason', async () => {
    const { rebuilder, letGo } = heldRebuilder();
    const { id } = await rebuilder.start('live');
    await superuser.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kinledger_projector' AND datname = current_database()`,
    );
    letGo();
    await expect.poll(() => rebuilder.find(id), PATIENT).toMatchObject({ state: 'failed' });
    expect(await schemas()).toBe(0);
    await rebuilder.stop();
  });

  it('that was killed is marked as failed by the next projector that starts', async () => {
    await pool.query(
      `INSERT INTO operations.rebuild (rebuild_id, kind, state, schema_name, head)
       VALUES (gen_random_uuid(), 'live', 'running', 'rebuild_killed', 1)`,
    );
    await heldRebuilder().rebuilder.clearInterrupted();
    expect(await states()).toContainEqual({ state: 'failed', reason: 'interrupted' });
  });

  it('that loses the event store starts again once it answers, and completes normally', async () => {
    let failures = 2;
    const away = Object.assign(new Error('nobody answers'), {
      code: 'event-store-unreachable',
      isTransient: true,
    });
    const store = withMethods(ledger.store, {
      readPage: (...call: Parameters<typeof ledger.store.readPage>) =>
        failures-- > 0 ? Promise.reject(away) : ledger.store.readPage(...call),
    });
    const rebuilder = rebuilderOver(store);
    const { id } = await rebuilder.start('as-at', 1);
    await vi.waitFor(async () => expect((await rebuilder.find(id))?.state).not.toBe('running'), PATIENT);
    expect(await rebuilder.find(id)).toMatchObject({ state: 'done', position: 1 });
    expect(failures).toBeLessThan(0);
    await rebuilder.stop();
  });
});
