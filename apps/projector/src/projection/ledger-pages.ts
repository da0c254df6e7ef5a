import { closesDecision, isForeignEvent, type ForeignEvent, type LedgerEvent } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import { readAhead, type EventStore, type Segment, type StoredEvent } from '@kinledger/event-store';
import { markedBodiesIn, type MarkedBodies, type MarkedBody } from '@kinledger/read-models';

export interface ReadEvent {
  readonly type: string;
  readonly revision: number;
  /**
   * Parsed at each access, so that memory holds the objects of one event and the bytes of a page.
   * @throws ForeignEvent; UnreadableContract
   */
  readonly event: LedgerEvent;
  /** Bodies of the records that enter the ledger with the event, except erased ones; decoded at the first look-up. */
  readonly bodies: MarkedBodies;
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
 * @throws ForeignEvent after yielding all events before it, for an event that the store detects.
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
    next = last.revision + 1;
    ahead = stranger === undefined ? read(next) : Promise.resolve({ events: [], stranger });
    midDecision = !closesDecision(last.type);
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
  const events = stored.map((each) => new StoredReadEvent(each, stream, byRevision.get(each.revision)));
  return { events, stranger };
}

class StoredReadEvent implements ReadEvent {
  readonly type: string;
  readonly revision: number;
  readonly #stored: StoredEvent;
  readonly #stream: string;
  readonly #segments: readonly Segment[];

  constructor(stored: StoredEvent, stream: string, segments: readonly Segment[] = []) {
    this.type = stored.type;
    this.revision = stored.revision;
    this.#stored = stored;
    this.#stream = stream;
    this.#segments = segments;
  }

  get event(): LedgerEvent {
    return ledgerEventOf(this.#stored, this.#stream);
  }

  get bodies(): MarkedBodies {
    const segments = this.#segments;
    let decoded: Map<string, MarkedBody> | undefined;
    const decode = () =>
      new Map(
        segments.flatMap(({ bytes }) => markedBodiesIn(bytes).map((body) => [body.record, body] as const)),
      );
    return { get: (record) => (decoded ??= decode()).get(record) };
  }
}

/**
 * The bodies that entered the ledger from its beginning on, segment by segment. They are read in pages that end with these
 * revisions: a page of events tells how much is read at once. The next page is read while the one before is written.
 */
export async function* bodiesBySegment(
  store: EventStore,
  stream: string,
  ends: readonly number[],
): AsyncGenerator<readonly MarkedBody[]> {
  const pages = readAhead({
    ...{ from: 0, to: ends.length - 1 },
    read: (index) => store.readSegments(stream, (ends[index - 1] ?? -1) + 1, ends[index] ?? -1),
    lengthOf: () => 1,
  });
  for await (const page of pages) for (const { bytes } of page) yield markedBodiesIn(bytes);
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
