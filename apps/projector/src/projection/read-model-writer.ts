import type { EventStore } from '@kinledger/event-store';
import { ReadModelWriter } from '@kinledger/read-models';
import type pg from 'pg';
import { ErasedRecords } from './erased-records.js';

export interface LedgerWriterOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A dedicated connection. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Revision of the first event to write. */
  readonly from: number;
  /** Whether it fills empty read models; it then refreshes every individual at the end, not only those that changed. */
  readonly filling?: boolean;
}

/** Makes a writer of read models that reads missing information from the ledger’s store. */
export function readModelWriter({ store, stream, from, ...options }: LedgerWriterOptions): ReadModelWriter {
  const erased = new ErasedRecords(store, stream, from);
  return new ReadModelWriter({
    ...options,
    readPayload: (digest) => store.readPayload(digest),
    isErased: (record) => erased.has(record),
  });
}
