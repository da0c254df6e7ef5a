import { afterAll, afterEach, beforeAll } from 'vitest';
import type { EventStore } from '../index.js';
import type { EnteredRecord, TokenCuts } from '../segments.js';
import { contractSuite, type Absent } from './contract-suite.js';
import { appendingFeatures } from './appending.features.js';
import { besideTheLedgerFeatures } from './beside-the-ledger.features.js';
import type { EventStoreFactory, EventStoreFixture } from './fixture.js';
import { readingFeatures } from './reading.features.js';
import { subscribingFeatures } from './subscribing.features.js';

/**
 * The contract of every event store. An adapter's spec calls this with its own factory, and adds only cases of its own.
 * The table of contracts reads the suite's name: one column per adapter. If the adapter's server is absent, the cases
 * are skipped under a name that says why.
 */
export function eventStoreFeatures(adapter: string, factory: EventStoreFactory | Absent): void {
  contractSuite('event store', adapter, factory, (open) => {
    let fixture: EventStoreFixture;
    let store: EventStore;
    let others: EventStore[] = [];
    beforeAll(async () => {
      fixture = await open();
      store = fixture.open();
    });
    afterEach(async () => {
      await Promise.all(others.map((other) => other.close()));
      others = [];
    });
    afterAll(async () => {
      await store.close();
      await fixture.dispose();
    });

    const inUse = () => ({
      store,
      open: () => {
        const other = fixture.open();
        others.push(other);
        return other;
      },
      eraseBodies: (stream: string, records: readonly EnteredRecord[]) =>
        fixture.eraseBodies(stream, records),
      eraseTokens: (stream: string, records: readonly TokenCuts[]) => fixture.eraseTokens(stream, records),
    });
    appendingFeatures(inUse);
    readingFeatures(inUse);
    subscribingFeatures(inUse);
    besideTheLedgerFeatures(inUse);
  });
}
