import { MAX_PAGE_BYTES } from './event-store.js';

/** Number of consecutive events that fit a page: it ends with the event that brings it to MAX_PAGE_BYTES. */
export function pageLength(events: readonly { readonly bytes: Uint8Array }[]): number {
  let bytes = 0;
  const last = events.findIndex((event) => (bytes += event.bytes.length) >= MAX_PAGE_BYTES);
  return last === -1 ? events.length : last + 1;
}
