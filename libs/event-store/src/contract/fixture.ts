import { randomUUID } from 'node:crypto';
import type { EventStore, EventToAppend, StoredEvent } from '../event-store.js';

/** What an adapter's spec hands to the suite: one ledger, and doors to it. */
export interface EventStoreFixture {
  /** A store on the fixture's ledger with connections of its own, as another process has. The suite closes it. */
  open(): EventStore;
  /** Deletes bodies as the eraser does. */
  eraseBodies(stream: string, records: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

export type EventStoreFactory = () => Promise<EventStoreFixture>;

/** The suite's hold of the fixture: there once the tests run, not while they are declared. */
export interface FixtureInUse {
  readonly store: EventStore;
  readonly open: () => EventStore;
  readonly eraseBodies: (stream: string, records: readonly string[]) => Promise<void>;
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
