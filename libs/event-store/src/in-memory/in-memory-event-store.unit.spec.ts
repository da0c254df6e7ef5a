import { eventStoreFeatures } from '../contract/event-store.features.js';
import { InMemoryEventStore, InMemoryLedger } from './in-memory-event-store.js';

eventStoreFeatures('memory', async () => {
  const ledger = new InMemoryLedger();
  return {
    open: () => new InMemoryEventStore(ledger),
    eraseBodies: async (stream, records) => {
      ledger.eraseBodies(stream, records);
    },
    eraseTokens: async (stream, records) => ledger.eraseTokens(stream, records),
    dispose: async () => undefined,
  };
});
