import { MAX_MESSAGE_BYTES } from '@kinledger/contracts';
import { unpackBytes } from '@kinledger/database';
import type { Segment, StoredEvent } from '../event-store.js';
import type { BinaryRow } from './copied-rows.js';

/** Columns of a page, which COPY reads; the id is cast to text, the form that events have. */
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
 * Columns of a query with parameters, whose rows are arrays. Bytes are base64, because PostgreSQL's text form of bytea
 * is half as long again.
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
 * Decompresses a row chunk, whose size is at most that of a message. Returns damaged bytes as they are stored: every
 * reader refuses them as a row chunk, and can then name the revision.
 */
function unpacked(stored: Buffer): Buffer {
  try {
    return unpackBytes(stored, MAX_MESSAGE_BYTES);
  } catch {
    return stored;
  }
}
