import { createTestDatabases } from '@kinledger/database/testing';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { eventStoreFeatures } from '../contract/event-store.features.js';
import { fixtureOn, type KurrentServer } from './contract/kurrent-server.js';
import { kurrentDbFeatures } from './contract/kurrentdb.features.js';
import { orderOfStartingFeatures } from './contract/order-of-starting.features.js';
import { findRealServer, startContainer } from './testing/real-server.js';

/** On a real server alone: what kurrentdb-stand-in.int.spec.ts runs, on what it stands in for. */
const adapter = 'kurrentdb';
const found = await findRealServer();

if (found.kind === 'absent') {
  const absent = { absent: found.why };
  eventStoreFeatures(adapter, absent);
  kurrentDbFeatures(adapter, absent);
  orderOfStartingFeatures(adapter, absent);
  // Beside all other tests they are named as absent; whoever asks for them alone is told that nothing was tested.
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
  // Both suites use the one server; its streams have names of their own.
  const server = (): KurrentServer => ({ connectionString, stop: async () => undefined });

  eventStoreFeatures(adapter, async () =>
    fixtureOn(await createTestDatabases(inject('postgresUrl')), server()),
  );
  kurrentDbFeatures(adapter, async () => server());
  orderOfStartingFeatures(adapter, async () => server());
}
