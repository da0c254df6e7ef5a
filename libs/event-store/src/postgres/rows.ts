import type { RecordBody, StoredEvent } from '../event-store.js';
import type { BinaryRow } from './copied-rows.js';

/** Pages are read by COPY. An id is asked for as text, which is what it was before. */
export const copiedEventColumns = 'revision, id::text, type, bytes';
export const copiedEvent = (row: BinaryRow): StoredEvent => ({
  revision: row.bigint(),
  id: row.text(),
  type: row.text(),
  bytes: row.bytes(),
});

export const copiedBodyColumns = 'record, revision, bytes';
export const copiedBody = (row: BinaryRow): RecordBody => ({
  record: row.uuidHex(),
  revision: row.bigint(),
  bytes: row.bytes(),
});

/**
 * What is asked for by parameters comes as arrays, and bytes as base64: PostgreSQL's own text form of bytea has half as
 * many characters again.
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
