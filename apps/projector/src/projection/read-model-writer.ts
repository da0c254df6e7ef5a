import type { EventStore } from '@kinledger/event-store';
import { ReadModelWriter } from '@kinledger/read-models';
import type pg from 'pg';
import { ErasedRecords } from './erased-records.js';

export interface LedgerWriterOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A connection of its own. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Revision of the first event that it will be given. */
  readonly from: number;
  /** Empty read models are filled: every individual is brought up to date in the end, not those that changed. */
  readonly filling?: boolean;
}

/** A writer of read models that asks the ledger’s store for what an event alone does not say. */
export function readModelWriter({ store, stream, from, ...options }: LedgerWriterOptions): ReadModelWriter {
  const erased = new ErasedRecords(store, stream, from);
  return new ReadModelWriter({
    ...options,
    readPayload: (digest) => store.readPayload(digest),
    isErased: (record) => erased.has(record),
  });
}
