import type { RecordBody, StoredEvent } from '../event-store.js';

/**
 * Rows come as arrays and bytes as base64: PostgreSQL's own text form of bytea has half as many characters again, and
 * reading is what a rebuild does most.
 */
export const eventColumns = `revision, id, type, encode(bytes, 'base64')`;
export type EventRow = [revision: number, id: string, type: string, base64: string];

export const bodyColumns = `record, revision, encode(bytes, 'base64')`;
export type BodyRow = [record: string, revision: number, base64: string];

export const toStoredEvent = ([revision, id, type, base64]: EventRow): StoredEvent => ({
  revision,
  id,
  type,
  bytes: Buffer.from(base64, 'base64'),
});

/** A record id is 32 hex digits; PostgreSQL prints its uuid with hyphens. */
export const toRecordBody = ([record, revision, base64]: BodyRow): RecordBody => ({
  record: record.replaceAll('-', ''),
  revision,
  bytes: Buffer.from(base64, 'base64'),
});
