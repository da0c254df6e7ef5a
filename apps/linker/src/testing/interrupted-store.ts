import type { EventStore } from '@kinledger/event-store';

/**
 * When a process dies during an append: before anything is written, or once everything is durable but before it
 * returns.
 */
export type Moment = 'before' | 'after';

export interface InterruptedStore {
  readonly store: EventStore;
  /** Resolves when that append was called; it never returns to its caller. */
  readonly interrupted: Promise<void>;
  readonly appends: () => number;
}

/** A store whose process is killed at its n-th append (from 1): that call hangs for ever. */
export function interruptedStore(inner: EventStore, nth: number, moment: Moment): InterruptedStore {
  let appends = 0;
  let tell: () => void = () => undefined;
  const interrupted = new Promise<void>((resolve) => (tell = resolve));
  const store = storeWith(inner, async (...args) => {
    appends += 1;
    if (appends > nth) return new Promise(() => undefined);
    if (appends < nth) return inner.append(...args);
    if (moment === 'after') await inner.append(...args);
    tell();
    return new Promise(() => undefined);
  });
  return { store, interrupted, appends: () => appends };
}

/** The same store with another `append`. */
export const storeWith = (inner: EventStore, append: EventStore['append']): EventStore => ({
  append,
  head: (stream) => inner.head(stream),
  readPage: (stream, from, limit) => inner.readPage(stream, from, limit),
  readSegments: (stream, from, to) => inner.readSegments(stream, from, to),
  countBodies: (stream, to) => inner.countBodies(stream, to),
  readPayload: (digest) => inner.readPayload(digest),
  readNameTable: (stream, id) => inner.readNameTable(stream, id),
  keyVersionOfNameTable: (stream, id) => inner.keyVersionOfNameTable(stream, id),
  findings: (stream) => inner.findings(stream),
  subscribe: (stream, options) => inner.subscribe(stream, options),
  close: () => inner.close(),
});
