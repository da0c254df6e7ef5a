import { createTestDatabases } from '@kinledger/database/testing';
import { inject } from 'vitest';
import { eventStoreFeatures } from '../contract/event-store.features.js';
import { fixtureOn, type KurrentServer } from './contract/kurrent-server.js';
import { kurrentDbFeatures } from './contract/kurrentdb.features.js';
import { orderOfStartingFeatures } from './contract/order-of-starting.features.js';
import { StandInServer } from './testing/stand-in-server.js';

/** Not KurrentDB: see `StandInServer`. kurrentdb.int.spec.ts runs the same cases on a real server. */
const adapter = 'kurrentdb (stand-in)';

const start = async (): Promise<KurrentServer> => {
  const server = await StandInServer.start();
  return { connectionString: server.connectionString(), stop: async () => server.stop() };
};

eventStoreFeatures(adapter, async () =>
  fixtureOn(await createTestDatabases(inject('postgresUrl')), await start()),
);
kurrentDbFeatures(adapter, start);
orderOfStartingFeatures(adapter, start);
