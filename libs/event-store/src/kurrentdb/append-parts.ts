import type { EventToAppend } from '../event-store.js';

/** The server takes 1,048,576 bytes in an append. What it counts beside the data is its own affair: we stay well below. */
export const PART_BYTES = 960 * 1024;

/** Id, type, content type and framing of one event, generously. */
const EVENT_OVERHEAD = 256;

const sizeOf = ({ type, bytes }: EventToAppend): number => bytes.length + 2 * type.length + EVENT_OVERHEAD;

/**
 * Cuts an append into the parts that are sent one after the other, each as large as a single append may be. The same
 * events are always cut at the same places, so that a repeated append knows what its beginning may have become.
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
