import type { RecordBody, StoredEvent } from '../event-store.js';

/** Rows come as arrays: twice as fast as objects with names. */
export type EventRow = [revision: number, id: string, type: string, bytes: Uint8Array];
export type BodyRow = [record: string, revision: number, bytes: Uint8Array];

export const toStoredEvent = ([revision, id, type, bytes]: EventRow): StoredEvent => ({
  revision,
  id,
  type,
  bytes,
});

/** A record id is 32 hex digits; PostgreSQL prints its uuid with hyphens. */
export const toRecordBody = ([record, revision, bytes]: BodyRow): RecordBody => ({
  record: record.replaceAll('-', ''),
  revision,
  bytes,
});
