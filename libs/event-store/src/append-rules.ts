import { hash } from 'node:crypto';
import { emptyAppend, eventIdReused, eventTooLarge, payloadDigestWrong, revisionConflict } from './errors.js';
import {
  MAX_EVENT_BYTES,
  type AppendOptions,
  type AppendResult,
  type EventToAppend,
  type ExpectedRevision,
  type StoredEvent,
} from './event-store.js';

/** Rules that every adapter applies in the same way, whatever store holds its events. */

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Refuses an invalid append before anything is sent to the store.
 * @throws EmptyAppend, EventTooLarge, EventIdReused, PayloadDigestWrong as `EventStore.append` describes; TypeError for
 * an id that is not a UUID in lower case.
 */
export function checkBeforeSending(
  stream: string,
  events: readonly EventToAppend[],
  options: AppendOptions,
): void {
  if (events.length === 0) throw emptyAppend();
  const ids = new Set<string>();
  for (const { id, bytes } of events) {
    if (!uuid.test(id)) throw new TypeError(`"${id}" is not a UUID in lower case`);
    if (bytes.length > MAX_EVENT_BYTES) throw eventTooLarge(id, bytes.length);
    if (ids.has(id)) throw eventIdReused(stream, id);
    ids.add(id);
  }
  for (const { digest, bytes } of options.payloads ?? []) {
    if (hash('sha256', bytes, 'hex') !== digest) throw payloadDigestWrong(digest);
  }
}

/** Whether a stream whose last event has revision `head` (-1: no event) meets a writer's expectation. */
export function isAsExpected(expected: ExpectedRevision, head: number): boolean {
  switch (expected) {
    case 'any':
      return true;
    case 'no-stream':
      return head === -1;
    case 'exists':
      return head >= 0;
    default:
      return head === expected;
  }
}

/**
 * Detects a repeated append. `known` holds the stream's events whose ids are among those of `events`.
 * @returns the earlier result, or undefined if no id is known, so that the append is new.
 * @throws EventIdReused if an id is known with other bytes or at another revision; RevisionConflict if the first events
 * are known at their revisions and the rest is new.
 */
export function earlierResult(
  stream: string,
  events: readonly EventToAppend[],
  expected: ExpectedRevision,
  head: number,
  known: ReadonlyMap<string, StoredEvent>,
): AppendResult | undefined {
  if (known.size === 0) return undefined;
  const first = firstRevisionOf(expected) ?? known.get(events[0]?.id ?? '')?.revision ?? head + 1;
  for (const [index, event] of events.entries()) {
    const there = known.get(event.id);
    if (there === undefined) continue;
    if (there.revision !== first + index || Buffer.compare(there.bytes, event.bytes) !== 0) {
      throw eventIdReused(stream, event.id);
    }
  }
  if (known.size < events.length) throw revisionConflict(stream, expected, head);
  return { firstRevision: first, lastRevision: first + events.length - 1, repeated: true };
}

/** Revision of the first event of an append, if the expectation alone determines it. */
const firstRevisionOf = (expected: ExpectedRevision): number | undefined =>
  expected === 'no-stream' ? 0 : typeof expected === 'number' ? expected + 1 : undefined;
