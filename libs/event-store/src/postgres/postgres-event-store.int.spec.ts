import { createPool } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { inject } from 'vitest';
import { eventStoreFeatures } from '../contract/event-store.features.js';
import { eraseBodies, eraseTokens } from './erase-bodies.js';
import { PostgresEventStore } from './postgres-event-store.js';

eventStoreFeatures('PostgreSQL', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  const eraser = createPool({ url: databases.url('platform', 'eraser'), applicationName: 'eraser' });
  return {
    open: () =>
      new PostgresEventStore({ url: databases.url('platform', 'linker'), applicationName: 'linker' }),
    eraseBodies: async (stream, records) => {
      await eraseBodies(eraser, stream, records);
    },
    eraseTokens: (stream, records) => eraseTokens(eraser, stream, records),
    dispose: async () => {
      await eraser.end();
      await databases.drop();
    },
  };
});
