import type { EventToAppend, ExpectedRevision, StoredEvent } from '../event-store.js';

/**
 * How many of an append's first events an interrupted call of the same append has left in the stream: whole parts of
 * it, at their place, byte for byte, and nothing after them. 0 for anything else, a whole append included.
 */
export function piecesThere(
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
