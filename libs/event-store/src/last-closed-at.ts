import { closesDecision } from '@kinledger/contracts';
import type { EventStore } from './event-store.js';
import { readExactly } from './read-exactly.js';

/** Most decisions are short, so that the closing event is seldom further back. */
const LOOK_BACK_EVENTS = 50;

/** Revision of the last closing event up to a revision, by default of the whole stream; -1 if there is none. */
export async function lastClosedAt(
  store: EventStore,
  stream: string,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  let end = Math.min(upTo, await store.head(stream));
  while (end >= 0) {
    const start = Math.max(0, end - LOOK_BACK_EVENTS + 1);
    const page = await readExactly(store, stream, start, end - start + 1);
    const closing = page.findLast(({ type }) => closesDecision(type));
    if (closing !== undefined) return closing.revision;
    end = start - 1;
  }
  return -1;
}
