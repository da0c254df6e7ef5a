import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { EventStore } from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Rebuilder } from '../rebuild/rebuilder.js';
import { LiveProjection } from './live-projection.js';
import { ProjectionStanding } from './projection-standing.js';
import { SmallLedger, STREAM } from './small-ledger.testing.js';

let databases: TestDatabases;
let pool: pg.Pool;
const ledger = new SmallLedger();

beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'projector' });
  await ledger.open();
});
afterAll(async () => {
  await pool.end();
  await databases.drop();
});

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A live projection whose store can be made unavailable. */
function projection(inner: EventStore = ledger.store) {
  const seen = { failures: 0, caughtUp: 0, position: -1, halts: [] as string[] };
  let away = false;
  const store = withMethods(inner, {
    readPage: async (...call: Parameters<EventStore['readPage']>) => {
      if (away) throw new Error('the store is away');
      return inner.readPage(...call);
    },
  });
  const standing = new ProjectionStanding(pool);
  const live = new LiveProjection({
    store,
    stream: STREAM,
    pool,
    onApplied: ({ position }) => (seen.position = position),
    onError: () => (seen.failures += 1),
    onHalt: ({ message }) => seen.halts.push(message),
    onCaughtUp: () => {
      seen.caughtUp += 1;
      void standing.current();
    },
  });
  return { live, seen, take: (isAway: boolean) => (away = isAway) };
}

describe('the live projection', () => {
  it('reports how long all attempts have failed, and that it has caught up', async () => {
    const { live, seen, take } = projection();
    live.start();
    await until(() => seen.caughtUp > 0);
    expect(live.failingMs).toBe(0);
    take(true);
    live.wake();
    await until(() => seen.failures > 1);
    const { caughtUp } = seen;
    const failing = live.failingMs;
    expect(failing).toBeGreaterThan(0);
    await until(() => live.failingMs > failing);
    take(false);
    await until(() => live.failingMs === 0);
    await until(() => seen.caughtUp > caughtUp);
    await live.stop();
  });

  it('records for readers when it was at the ledger’s end, but not while it fails', async () => {
    const currentAt = async () =>
      (
        await pool.query<{ at: Date }>('SELECT current_at AS at FROM operations.projection')
      ).rows[0]?.at.getTime();
    const before = await currentAt();
    const failing = projection();
    failing.take(true);
    failing.live.start();
    await until(() => failing.seen.failures > 0);
    await failing.live.stop();
    expect(await currentAt()).toBe(before);
    const working = projection();
    working.live.start();
    await until(async () => (await currentAt()) !== before);
    await working.live.stop();
  });

  it('halts at a foreign event, after projecting all events before it', async () => {
    const strange = new SmallLedger();
    await strange.open();
    const before = await strange.store.head(STREAM);
    await strange.store.append(
      STREAM,
      [{ id: '00000000-0000-8000-8000-000000000001', type: 'Noted', bytes: Buffer.from('hello') }],
      { expectedRevision: before },
    );
    await pool.query('DROP SCHEMA golden CASCADE');
    const { live, seen } = projection(strange.store);
    live.start();
    await until(() => live.haltedBy !== undefined);
    const sentence = `revision ${before + 1} of ${STREAM} was not written by Kinledger (type Noted)`;
    expect(seen).toMatchObject({ halts: [sentence], position: before, failures: 0 });
    const rebuilder = new Rebuilder({
      ...{ store: strange.store, stream: STREAM, pool, live, onError: () => undefined },
    });
    await expect(rebuilder.start('live')).rejects.toThrow(sentence);
    await live.stop();
  });
});
