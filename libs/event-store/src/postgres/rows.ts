import { MAX_MESSAGE_BYTES } from '@kinledger/contracts';
import { unpackBytes } from '@kinledger/database';
import type { Segment, StoredEvent } from '../event-store.js';
import type { BinaryRow } from './copied-rows.js';

/** Pages are read by COPY. An id is asked for as text, which is what it was before. */
export const copiedEventColumns = 'revision, id::text, type, bytes';
export const copiedEvent = (row: BinaryRow): StoredEvent => ({
  revision: row.bigint(),
  id: row.text(),
  type: row.text(),
  bytes: row.bytes(),
});

export const copiedSegmentColumns = 'revision, bodies, bytes';
export const copiedSegment = (row: BinaryRow): Segment => ({
  revision: row.bigint(),
  bodies: row.integer(),
  bytes: unpacked(row.bytes()),
});

/**
 * What is asked for by parameters comes as arrays, and bytes as base64: PostgreSQL's own text form of bytea has half as
 * many characters again.
 */
export const eventColumns = `revision, id, type, encode(bytes, 'base64')`;
export type EventRow = [revision: number, id: string, type: string, base64: string];

export const segmentColumns = `revision, bodies, encode(bytes, 'base64')`;
export type SegmentRow = [revision: number, bodies: number, base64: string];

export const toStoredEvent = ([revision, id, type, base64]: EventRow): StoredEvent => ({
  revision,
  id,
  type,
  bytes: Buffer.from(base64, 'base64'),
});

export const toSegment = ([revision, bodies, base64]: SegmentRow): Segment => ({
  revision,
  bodies,
  bytes: unpacked(Buffer.from(base64, 'base64')),
});

/**
 * Unpacks a row chunk, which has the size of a message at most. Bytes that somebody damaged are returned as they are kept:
 * no reader takes them for a row chunk, so that each can name the revision.
 */
function unpacked(stored: Buffer): Buffer {
  try {
    return unpackBytes(stored, MAX_MESSAGE_BYTES);
  } catch {
    return stored;
  }
}
