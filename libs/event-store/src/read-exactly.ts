import type { EventStore, StoredEvent } from './event-store.js';

/** Reads `count` events of a stream from a revision on, or fewer if the stream ends, in as many pages as needed. */
export async function readExactly(
  store: EventStore,
  stream: string,
  from: number,
  count: number,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  while (events.length < count) {
    const page = await store.readPage(stream, from + events.length, count - events.length);
    if (page.length === 0) return events;
    events.push(...page);
  }
  return events;
}
