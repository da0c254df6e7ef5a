import { RowChunk, type PseudonymisedRow, type RecordId } from '@kinledger/contracts';
import type { Segment } from './event-store.js';

/** Returns the rows of segments by record, without those that were cut out. @throws UnreadableContract */
export function bodiesIn(segments: readonly Pick<Segment, 'bytes'>[]): Map<RecordId, PseudonymisedRow> {
  const bodies = new Map<RecordId, PseudonymisedRow>();
  for (const { bytes } of segments) {
    const chunk = new RowChunk(bytes);
    for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
      const row = chunk.row(ordinal);
      if (row !== undefined) bodies.set(row.record, row);
    }
  }
  return bodies;
}

/** A record and the revision of the event that brought it into the ledger. */
export interface EnteredRecord {
  readonly record: string;
  readonly revision: number;
}

/** What remains of a segment after rows are cut out. */
export interface Cut {
  /** Number of rows that were cut out. */
  readonly erased: number;
  readonly bodies: number;
  readonly bytes: Uint8Array;
}

/**
 * Cuts the rows of records out of a segment, with the texts that only they used. Returns undefined if the segment has
 * none of them. @throws UnreadableContract
 */
export function withoutRecords(bytes: Uint8Array, records: ReadonlySet<string>): Cut | undefined {
  const chunk = new RowChunk(bytes);
  const cut: number[] = [];
  let bodies = 0;
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const record = chunk.recordOf(ordinal);
    if (record === undefined) continue;
    if (records.has(record)) cut.push(ordinal);
    else bodies += 1;
  }
  return cut.length === 0 ? undefined : { erased: cut.length, bodies, bytes: chunk.withoutRows(cut) };
}

/** Groups records by the revision at which they entered the ledger. */
export function byRevision(records: readonly EnteredRecord[]): Map<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  for (const { record, revision } of records) {
    const there = found.get(revision);
    if (there === undefined) found.set(revision, new Set([record]));
    else there.add(record);
  }
  return found;
}
