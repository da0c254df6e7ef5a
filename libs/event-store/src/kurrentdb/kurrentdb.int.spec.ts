import { createTestDatabases } from '@kinledger/database/testing';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { eventStoreFeatures } from '../contract/event-store.features.js';
import { fixtureOn, type KurrentServer } from './contract/kurrent-server.js';
import { kurrentDbFeatures } from './contract/kurrentdb.features.js';
import { orderOfStartingFeatures } from './contract/order-of-starting.features.js';
import { findRealServer, startContainer } from './testing/real-server.js';

/** Runs the cases of kurrentdb-stand-in.int.spec.ts on a real server. */
const adapter = 'kurrentdb';
const found = await findRealServer();

if (found.kind === 'absent') {
  const absent = { absent: found.why };
  eventStoreFeatures(adapter, absent);
  kurrentDbFeatures(adapter, absent);
  orderOfStartingFeatures(adapter, absent);
  // In a run of all tests the cases are listed as absent; a run of these alone must fail rather than test nothing.
  if (process.env['npm_lifecycle_event'] === 'test:kurrentdb') {
    it('has a server to run against', () => {
      throw new Error(`nothing was tested: ${found.why}`);
    });
  }
} else {
  let started: KurrentServer | undefined;
  let connectionString = '';
  beforeAll(async () => {
    if (found.kind === 'container') started = await startContainer();
    connectionString = found.kind === 'url' ? found.connectionString : (started?.connectionString ?? '');
  }, 200_000);
  afterAll(() => started?.stop());
  // Both suites use the one server; the names of their streams are unique.
  const server = (): KurrentServer => ({ connectionString, stop: async () => undefined });

  eventStoreFeatures(adapter, async () =>
    fixtureOn(await createTestDatabases(inject('postgresUrl')), server()),
  );
  kurrentDbFeatures(adapter, async () => server());
  orderOfStartingFeatures(adapter, async () => server());
}
