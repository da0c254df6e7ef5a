import type { EventStore, StoredEvent } from './event-store.js';

/** Events of a stream from a revision on, as many as are asked for or fewer where it ends, in as many pages as they take. */
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
