import type { EventToAppend } from '../event-store.js';

/** The server accepts 1,048,576 bytes in an append. It also counts more than the data, so parts stay well below. */
export const PART_BYTES = 960 * 1024;

/** A generous bound on the bytes of id, type, content type and framing of one event. */
const EVENT_OVERHEAD = 256;

const sizeOf = ({ type, bytes }: EventToAppend): number => bytes.length + 2 * type.length + EVENT_OVERHEAD;

/**
 * Cuts an append into the parts that are sent in order, each as large as a single append may be. The same events are
 * always cut at the same places, so that a repeated append recognises its first parts.
 */
export function appendParts(events: readonly EventToAppend[]): (readonly EventToAppend[])[] {
  const parts: EventToAppend[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const size = sizeOf(event);
    if (bytes + size > PART_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(event);
    bytes += size;
  }
  return parts;
}
