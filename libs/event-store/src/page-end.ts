import { MAX_PAGE_BYTES } from './event-store.js';

/** How many of these events, which follow one another, a page holds: it ends with the one that brings it to its size. */
export function pageLength(events: readonly { readonly bytes: Uint8Array }[]): number {
  let bytes = 0;
  const last = events.findIndex((event) => (bytes += event.bytes.length) >= MAX_PAGE_BYTES);
  return last === -1 ? events.length : last + 1;
}
