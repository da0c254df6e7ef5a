import { closingEvents, type LedgerEvent, type PseudonymisedRow } from '@kinledger/contracts';
import { ledgerEventOf, rowOf } from '@kinledger/domain';
import type { EventStore, StoredEvent } from '@kinledger/event-store';

export interface ReadEvent {
  readonly event: LedgerEvent;
  /** The body of the record that the event brings into the ledger; absent for other events. */
  readonly row: PseudonymisedRow | undefined;
}

export interface LedgerPagesOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly from: number;
  /** The last position to read. */
  readonly upTo?: number;
  /**
   * Asked at the end of the ledger in the middle of a decision, with the number of empty reads in a row: resolves true
   * to look again, false to give up for now.
   */
  readonly more?: (emptyReads: number) => Promise<boolean>;
}

/** Small decisions share a page, and what is written together: with their bodies these are some megabytes. */
const PAGE_EVENTS = 2_000;

/** Pages of the ledger with their bodies, the next one read while the one before is written. None is empty. */
export async function* ledgerPages(options: LedgerPagesOptions): AsyncGenerator<ReadEvent[]> {
  const { upTo = Number.MAX_SAFE_INTEGER, more } = options;
  const read = (start: number) => {
    const limit = Math.min(PAGE_EVENTS, upTo - start + 1);
    const page = limit > 0 ? readPage(options, start, limit) : Promise.resolve([]);
    // Awaited below; if the writer fails first, this one must not count as unhandled.
    page.catch(() => undefined);
    return page;
  };
  let next = options.from;
  let ahead = read(next);
  let midDecision = false;
  let emptyReads = 0;
  for (;;) {
    const page = await ahead;
    const last = page.at(-1);
    if (last === undefined) {
      emptyReads += 1;
      if (!midDecision || next > upTo || !(await more?.(emptyReads))) return;
      ahead = read(next);
      continue;
    }
    emptyReads = 0;
    next = last.event.revision + 1;
    ahead = read(next);
    midDecision = !closingEvents.has(last.event.type);
    yield page;
  }
}

async function readPage(
  { store, stream }: LedgerPagesOptions,
  start: number,
  limit: number,
): Promise<ReadEvent[]> {
  const events = await store.readPage(stream, start, limit);
  const first = events.at(0);
  const last = events.at(-1);
  if (first === undefined || last === undefined) return [];
  const bodies = await store.readBodies(stream, first.revision, last.revision);
  const rows = new Map(bodies.map((body) => [body.revision, body]));
  return events.map((stored) => {
    const body = rows.get(stored.revision);
    return { event: ledgerEventOf(stored), row: body === undefined ? undefined : rowOf(body) };
  });
}

const LOOK_BACK_EVENTS = 1_000;

/** Position of the last event, up to one, that closes a decision; -1 where there is none. */
export async function lastClosedAt(
  store: EventStore,
  stream: string,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  let end = Math.min(upTo, await store.head(stream));
  while (end >= 0) {
    const start = Math.max(0, end - LOOK_BACK_EVENTS + 1);
    const page = await store.readPage(stream, start, end - start + 1);
    const closing = page.findLast(({ type }: StoredEvent) => closingEvents.has(type));
    if (closing !== undefined) return closing.revision;
    end = start - 1;
  }
  return -1;
}
