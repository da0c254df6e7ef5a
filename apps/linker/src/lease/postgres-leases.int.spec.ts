import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { PostgresLeases } from './postgres-leases.js';

describe('the lease of a programme', () => {
  let databases: TestDatabases;
  const pools: pg.Pool[] = [];

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  afterAll(() => databases.drop());

  const contender = (owner: string, ttlMs = 60_000) => {
    const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: owner });
    pools.push(pool);
    return new PostgresLeases(pool, owner, { ttlMs, onError: () => undefined });
  };
  const never = () => new AbortController().signal;
  const lost = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });

  it('has one holder: another process waits until it is released, and the epoch grows', async () => {
    const first = await contender('first').acquire('handover', never());
    let second: number | undefined;
    const waiting = contender('second', 400)
      .acquire('handover', never())
      .then((lease) => {
        second = lease?.epoch;
        return lease;
      });
    await contender('third', 400).acquire('handover', AbortSignal.timeout(200));
    expect(second).toBeUndefined();
    await first?.release();
    const lease = await waiting;
    expect(lease?.epoch).toBe((first?.epoch ?? 0) + 1);
    await lease?.release();
  });

  it('outlives its duration while it is renewed', async () => {
    const lease = await contender('steady', 200).acquire('renewed', never());
    const other = await contender('other', 200).acquire('renewed', AbortSignal.timeout(1_000));
    expect(other).toBeUndefined();
    expect(lease?.lost.aborted).toBe(false);
    await lease?.release();
  });

  it('passes on at once when its holder’s session ends, and the holder is notified', async () => {
    const held = await contender('killed').acquire('killed', never());
    const admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
    await admin.query('SELECT pg_terminate_backend(session) FROM linker.lease WHERE programme = $1', [
      'killed',
    ]);
    await admin.end();
    await lost(held!.lost);
    const next = await contender('next').acquire('killed', never());
    expect(next?.epoch).toBe(held!.epoch + 1);
    await held?.release();
    // A release by the old holder has no effect.
    const late = await contender('late', 400).acquire('killed', AbortSignal.timeout(150));
    expect(late).toBeUndefined();
    await next?.release();
  });

  it('is lost when another process has taken it', async () => {
    const held = await contender('slow', 400).acquire('taken', never());
    const admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
    await admin.query(
      `UPDATE linker.lease SET epoch = epoch + 1, owner = 'usurper' WHERE programme = 'taken'`,
    );
    await admin.end();
    await lost(held!.lost);
    await held?.release();
  });

  it('stops waiting when the signal aborts', async () => {
    const held = await contender('holder').acquire('stopped', never());
    const stop = new AbortController();
    const waiting = contender('waiter').acquire('stopped', stop.signal);
    stop.abort();
    await expect(waiting).resolves.toBeUndefined();
    await held?.release();
  });
});
