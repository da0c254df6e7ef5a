import { RowChunk, type PseudonymisedRow, type RecordId } from '@kinledger/contracts';
import type { Segment } from './event-store.js';

/** The rows of segments by record; those that were cut out are missing. @throws UnreadableContract */
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

/** A record, and the revision of the event that brought it into the ledger. */
export interface EnteredRecord {
  readonly record: string;
  readonly revision: number;
}

/** What is left of a segment without some records: nothing is said of one that has none of them. */
export interface Cut {
  /** Rows that were cut out. */
  readonly erased: number;
  readonly bodies: number;
  readonly bytes: Uint8Array;
}

/** Cuts the rows of records out of a segment, and the texts that only they used. @throws UnreadableContract */
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

/** Records by the revision at which they came. */
export function byRevision(records: readonly EnteredRecord[]): Map<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  for (const { record, revision } of records) {
    const there = found.get(revision);
    if (there === undefined) found.set(revision, new Set([record]));
    else there.add(record);
  }
  return found;
}
