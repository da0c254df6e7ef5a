import { randomUUID } from 'node:crypto';
import { encodeRowChunk, RowPseudonymised, type PseudonymisedRow } from '@kinledger/contracts';
import type { EventStore, EventToAppend, Segment, StoredEvent } from '../event-store.js';
import { bodiesIn, type EnteredRecord } from '../segments.js';

/** What an adapter's spec hands to the suite: one ledger, and doors to it. */
export interface EventStoreFixture {
  /** A store on the fixture's ledger with connections of its own, as another process has. The suite closes it. */
  open(): EventStore;
  /** Deletes bodies as the eraser does. */
  eraseBodies(stream: string, records: readonly EnteredRecord[]): Promise<void>;
  dispose(): Promise<void>;
}

export type EventStoreFactory = () => Promise<EventStoreFixture>;

/** The suite's hold of the fixture: there once the tests run, not while they are declared. */
export interface FixtureInUse {
  readonly store: EventStore;
  readonly open: () => EventStore;
  readonly eraseBodies: (stream: string, records: readonly EnteredRecord[]) => Promise<void>;
}

/** A stream that no other test touches. */
export const newStream = (): string => `programme-${randomUUID()}`;

export const newEvent = (text = 'noted'): EventToAppend => ({
  id: randomUUID(),
  type: 'Noted',
  bytes: new TextEncoder().encode(text),
});

export const newEvents = (count: number): EventToAppend[] =>
  Array.from({ length: count }, (_, index) => newEvent(String(index)));

const chunk = RowPseudonymised.schema.parse(RowPseudonymised.example);

/** A row that nobody else has. Its attributes are its own: no other row of its segment has their texts. */
const newRow = (): PseudonymisedRow => {
  const record = randomUUID().replaceAll('-', '') as PseudonymisedRow['record'];
  return { ...(chunk.rows[0] as PseudonymisedRow), record, attributes: { own: record, common: 'to all' } };
};

/** A segment as a writer makes it, and the records whose rows it has. */
export const newSegment = (revision: number, bodies = 1): Segment & { readonly records: EnteredRecord[] } => {
  const rows = Array.from({ length: bodies }, newRow);
  const records = rows.map(({ record }) => ({ record, revision }));
  return { revision, bodies, bytes: encodeRowChunk({ ...chunk, rows }), records };
};

/** Records whose rows are in segments. */
export const recordsIn = (segments: readonly Segment[]): string[] => [...bodiesIn(segments).keys()];

/** Comparable whatever class the bytes are of. */
export const plainSegments = (segments: readonly Segment[]) =>
  segments.map(({ revision, bodies, bytes }) => ({
    ...{ revision, bodies, bytes: Buffer.from(bytes).toString('hex') },
  }));

/** Comparable whatever class the bytes are of. */
export const plain = (events: readonly EventToAppend[]) =>
  events.map(({ id, type, bytes }) => ({ id, type, bytes: Buffer.from(bytes).toString('hex') }));

export const numbered = (events: readonly StoredEvent[]) => events.map(({ revision }) => revision);

/** 0, 1, 2, … below `end`. */
export const revisions = (end: number, start = 0) =>
  Array.from({ length: end - start }, (_, index) => start + index);

export const fillStream = async (store: EventStore, stream: string, count: number) => {
  const events = newEvents(count);
  await store.append(stream, events, { expectedRevision: 'no-stream' });
  return events;
};
