import {
  closesDecision,
  isForeignEvent,
  type ForeignEvent,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { ledgerEventOf, type Bodies } from '@kinledger/domain';
import { bodiesIn, readAhead, type EventStore, type Segment } from '@kinledger/event-store';

export interface ReadEvent {
  readonly event: LedgerEvent;
  /** Bodies of the records that enter the ledger with the event, except erased ones. */
  readonly bodies: Bodies;
}

export interface LedgerPagesOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly from: number;
  /** The last position to read. */
  readonly upTo?: number;
  /**
   * Called at the ledger's end in the middle of a decision, with the number of consecutive empty reads: resolves true
   * to read again, false to give up for now.
   */
  readonly more?: (emptyReads: number) => Promise<boolean>;
  /** Whether bodies are read with the events that bring them. Default true. */
  readonly withBodies?: boolean;
}

/** Events per page; small decisions share a page and a transaction. */
const PAGE_EVENTS = 1_000;

interface Page {
  readonly events: readonly ReadEvent[];
  /** The foreign event after them, if any. */
  readonly stranger: ForeignEvent | undefined;
}

/**
 * Pages of the ledger with their bodies. Reads the next page while the consumer writes the one before. No page is
 * empty.
 * @throws ForeignEvent after yielding all events before it; UnreadableContract.
 */
export async function* ledgerPages(options: LedgerPagesOptions): AsyncGenerator<readonly ReadEvent[]> {
  const { upTo = Number.MAX_SAFE_INTEGER, more } = options;
  const read = (start: number) => {
    const limit = Math.min(PAGE_EVENTS, upTo - start + 1);
    const page = limit > 0 ? readPage(options, start, limit) : Promise.resolve(emptyPage);
    // Awaited below; if the writer fails first, this rejection must not count as unhandled.
    page.catch(() => undefined);
    return page;
  };
  let next = options.from;
  let ahead = read(next);
  let midDecision = false;
  let emptyReads = 0;
  for (;;) {
    const { events: page, stranger } = await ahead;
    const last = page.at(-1);
    if (last === undefined) {
      if (stranger !== undefined) throw stranger;
      emptyReads += 1;
      if (!midDecision || next > upTo || !(await more?.(emptyReads))) return;
      ahead = read(next);
      continue;
    }
    emptyReads = 0;
    next = last.event.revision + 1;
    ahead = stranger === undefined ? read(next) : Promise.resolve({ events: [], stranger });
    midDecision = !closesDecision(last.event.type);
    yield page;
  }
}

const emptyPage: Page = { events: [], stranger: undefined };

async function readPage(
  { store, stream, withBodies = true }: LedgerPagesOptions,
  start: number,
  limit: number,
): Promise<Page> {
  const { stored, stranger } = await readStored(store, stream, start, limit);
  const first = stored.at(0);
  const last = stored.at(-1);
  if (first === undefined || last === undefined) return { events: [], stranger };
  const segments = withBodies ? await store.readSegments(stream, first.revision, last.revision) : [];
  const byRevision = Map.groupBy(segments, ({ revision }) => revision);
  const events: ReadEvent[] = [];
  for (const each of stored) {
    try {
      events.push({ event: ledgerEventOf(each, stream), bodies: bodiesOf(byRevision.get(each.revision)) });
    } catch (error) {
      if (!isForeignEvent(error)) throw error;
      return { events, stranger: error };
    }
  }
  return { events, stranger };
}

/** Decodes segments when first asked: the rows of a whole page would outlive their use. */
function bodiesOf(segments: readonly Segment[] = []): Bodies {
  let decoded: Bodies | undefined;
  return { get: (record) => (decoded ??= bodiesIn(segments)).get(record) };
}

/**
 * The rows that entered the ledger from its beginning on, segment by segment. They are read in pages that end with these
 * revisions: a page of events tells how much is read at once. The next page is read while the one before is written.
 */
export async function* rowsBySegment(
  store: EventStore,
  stream: string,
  ends: readonly number[],
): AsyncGenerator<readonly PseudonymisedRow[]> {
  const pages = readAhead({
    ...{ from: 0, to: ends.length - 1 },
    read: (index) => store.readSegments(stream, (ends[index - 1] ?? -1) + 1, ends[index] ?? -1),
    lengthOf: () => 1,
  });
  for await (const page of pages) for (const segment of page) yield [...bodiesIn([segment]).values()];
}

/** Reads a page. A store that detects a foreign event returns no page with it, so this reads the events before it. */
async function readStored(store: EventStore, stream: string, start: number, limit: number) {
  try {
    return { stored: await store.readPage(stream, start, limit), stranger: undefined };
  } catch (error) {
    if (!isForeignEvent(error)) throw error;
    const before = error.revision - start;
    const stored = before > 0 ? await store.readPage(stream, start, before) : [];
    return { stored, stranger: stored.length === before ? error : undefined };
  }
}
