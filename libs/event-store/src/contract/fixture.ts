import { randomUUID } from 'node:crypto';
import { encodeRowChunk, RowPseudonymised, type PseudonymisedRow } from '@kinledger/contracts';
import type { EventStore, EventToAppend, Segment, StoredEvent } from '../event-store.js';
import { bodiesIn, type EnteredRecord, type TokenCuts } from '../segments.js';

/** What an adapter's spec supplies to the suite: one ledger, and stores on it. */
export interface EventStoreFixture {
  /** A store on the fixture's ledger with its own connections, as in another process. The suite closes it. */
  open(): EventStore;
  /** Erases bodies in the role of the eraser. */
  eraseBodies(stream: string, records: readonly EnteredRecord[]): Promise<void>;
  /** Erases tokens in the role of the eraser. */
  eraseTokens(stream: string, records: readonly TokenCuts[]): Promise<number>;
  dispose(): Promise<void>;
}

export type EventStoreFactory = () => Promise<EventStoreFixture>;

/** The suite's access to the fixture; usable only while tests run, not while they are declared. */
export interface FixtureInUse {
  readonly store: EventStore;
  readonly open: () => EventStore;
  readonly eraseBodies: (stream: string, records: readonly EnteredRecord[]) => Promise<void>;
  readonly eraseTokens: (stream: string, records: readonly TokenCuts[]) => Promise<number>;
}

/** The name of a stream that no other test uses. */
export const newStream = (): string => `programme-${randomUUID()}`;

export const newEvent = (text = 'noted'): EventToAppend => ({
  id: randomUUID(),
  type: 'Noted',
  bytes: new TextEncoder().encode(text),
});

export const newEvents = (count: number): EventToAppend[] =>
  Array.from({ length: count }, (_, index) => newEvent(String(index)));

const chunk = RowPseudonymised.schema.parse(RowPseudonymised.example);

const derived = ['carer-email-local', 'postcode-sector'].map((derivation) => ({
  ...{ derivation, version: 1, domain: derivation },
  tokens: ['ff6e71e73e135602248b83cd1fccafe1'],
})) as PseudonymisedRow['derived'];

/** A unique row, with an attribute text that no other row of its segment has. */
const newRow = (): PseudonymisedRow => {
  const record = randomUUID().replaceAll('-', '') as PseudonymisedRow['record'];
  const attributes = { own: record, common: 'to all' };
  return { ...(chunk.rows[0] as PseudonymisedRow), record, derived, attributes };
};

/** A segment as a writer makes it, with the records of its rows. */
export const newSegment = (revision: number, bodies = 1): Segment & { readonly records: EnteredRecord[] } => {
  const rows = Array.from({ length: bodies }, newRow);
  const records = rows.map(({ record }) => ({ record, revision }));
  return { revision, bodies, bytes: encodeRowChunk({ ...chunk, rows }), records };
};

/** Records that have a row in these segments. */
export const recordsIn = (segments: readonly Segment[]): string[] => [...bodiesIn(segments).keys()];

/** Segments in a form that compares equal whatever class their bytes have. */
export const plainSegments = (segments: readonly Segment[]) =>
  segments.map(({ revision, bodies, bytes }) => ({
    ...{ revision, bodies, bytes: Buffer.from(bytes).toString('hex') },
  }));

/** Events in a form that compares equal whatever class their bytes have. */
export const plain = (events: readonly EventToAppend[]) =>
  events.map(({ id, type, bytes }) => ({ id, type, bytes: Buffer.from(bytes).toString('hex') }));

export const numbered = (events: readonly StoredEvent[]) => events.map(({ revision }) => revision);

/** The numbers from `start` up to `end` (exclusive). */
export const revisions = (end: number, start = 0) =>
  Array.from({ length: end - start }, (_, index) => start + index);

export const fillStream = async (store: EventStore, stream: string, count: number) => {
  const events = newEvents(count);
  await store.append(stream, events, { expectedRevision: 'no-stream' });
  return events;
};
