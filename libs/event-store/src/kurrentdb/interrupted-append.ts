import type { EventToAppend, ExpectedRevision, StoredEvent } from '../event-store.js';

/**
 * Number of an append's first events that an interrupted call of the same append left in the stream: whole parts, at
 * their place, byte for byte, with nothing after them. 0 in any other case, including a complete append.
 */
export function eventsLeftByInterruption(
  parts: readonly (readonly EventToAppend[])[],
  expected: ExpectedRevision,
  head: number,
  known: ReadonlyMap<string, StoredEvent>,
): number {
  let end = 0;
  const cuts = parts.slice(0, -1).map((part) => (end += part.length));
  if (!cuts.includes(known.size)) return 0;
  const first = head - known.size + 1;
  if (typeof expected === 'number' && first !== expected + 1) return 0;
  if (expected === 'no-stream' && first !== 0) return 0;
  const beginning = parts.flat().slice(0, known.size);
  const isBeginning = beginning.every(({ id, bytes }, index) => {
    const there = known.get(id);
    return there?.revision === first + index && Buffer.compare(there.bytes, bytes) === 0;
  });
  return isBeginning ? known.size : 0;
}
