import type { EventStore } from '@kinledger/event-store';
import { ReadModelFiller, ReadModelWriter, type ReadModelWriterOptions } from '@kinledger/read-models';
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
}

/** A writer of read models that asks the ledger’s store for what an event alone does not say. */
export const readModelWriter = (options: LedgerWriterOptions): ReadModelWriter =>
  new ReadModelWriter(optionsOf(options));

/** The same for read models that are filled from the beginning of the ledger. */
export const readModelFiller = (options: Omit<LedgerWriterOptions, 'from'>): ReadModelFiller =>
  new ReadModelFiller(optionsOf({ ...options, from: 0 }));

function optionsOf({ store, stream, from, client, schema }: LedgerWriterOptions): ReadModelWriterOptions {
  const erased = new ErasedRecords(store, stream, from);
  return {
    ...{ client, schema },
    readPayload: (digest) => store.readPayload(digest),
    isErased: (record) => erased.has(record),
  };
}
