import { ledgerEventOf, type LinkageDecider } from '@kinledger/domain';
import {
  bodiesIn,
  lastClosedAt,
  readAhead,
  type EventStore,
  type Segment,
  type StoredEvent,
} from '@kinledger/event-store';
import { ProgrammeLedger } from './programme-ledger.js';

/** A store of snapshots of ledgers, so that recovery reads only later events. */
export interface LedgerMemory {
  /**
   * @param end revision of the last closing event.
   * @param empty creates a ledger to which no event was applied.
   */
  restore(
    end: number,
    empty: () => ProgrammeLedger,
    signal: AbortSignal,
  ): Promise<ProgrammeLedger | undefined>;
}

export interface RecoveryOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** Creates an empty decider. */
  readonly engine: () => LinkageDecider;
  /** Undefined if every start reads the whole ledger. */
  readonly snapshots: LedgerMemory | undefined;
  readonly signal: AbortSignal;
  readonly pageSize?: number;
}

export interface Recovered {
  readonly ledger: ProgrammeLedger;
  /** Revision of the stream's last event: after the ledger's last closing event if a decision was interrupted. */
  readonly head: number;
}

const PAGE_SIZE = 1_000;

/**
 * Recovers a programme's ledger up to its last closing event, from a snapshot if one may be used. Later events, of an
 * interrupted decision, are not applied, but decided again and compared.
 * @throws LedgerUnreadable; ForeignEvent; the signal's reason when it aborts.
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { store, stream, engine, snapshots, signal, pageSize = PAGE_SIZE } = options;
  const head = await store.head(stream);
  const end = await lastClosedAt(store, stream, head);
  const empty = () => new ProgrammeLedger(engine());
  const ledger = (await snapshots?.restore(end, empty, signal)) ?? empty();
  await applyUpTo(ledger, end, { store, stream, signal, pageSize });
  await requireOwnEvents(options, end + 1, head);
  ledger.requireBodies();
  return { ledger, head };
}

/** Applies the events of a ledger up to a revision, with bodies. @param onPage is told after each page. @throws as `recover`. */
export async function applyUpTo(
  ledger: ProgrammeLedger,
  end: number,
  { store, stream, signal, pageSize = PAGE_SIZE }: Omit<RecoveryOptions, 'engine' | 'snapshots'>,
  onPage: () => void = () => undefined,
): Promise<void> {
  for await (const page of ledgerPages({
    store,
    stream,
    signal,
    from: ledger.nextRevision,
    to: end,
    pageSize,
  })) {
    applyPage(ledger, stream, page);
    onPage();
  }
  if (ledger.nextRevision <= end) throw new Error(`${stream} became shorter while it was read`);
}

/** Events of a range with their segments, page by page; the next page is read ahead. */
export const ledgerPages = ({
  store,
  stream,
  from,
  to,
  signal,
  pageSize = PAGE_SIZE,
}: {
  readonly store: EventStore;
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
  readonly pageSize?: number;
}): AsyncGenerator<LedgerPage> =>
  readAhead({
    ...{ from, to, signal },
    read: (at) => readPage(store, stream, at, Math.min(pageSize, to - at + 1)),
    lengthOf: ({ events }) => events.length,
  });

export interface LedgerPage {
  readonly events: readonly StoredEvent[];
  readonly segments: readonly Segment[];
}

const emptyPage: LedgerPage = { events: [], segments: [] };

async function readPage(store: EventStore, stream: string, from: number, limit: number): Promise<LedgerPage> {
  const events = await store.readPage(stream, from, limit);
  const last = events.at(-1);
  if (last === undefined) return emptyPage;
  return { events, segments: await store.readSegments(stream, from, last.revision) };
}

/** Checks that the events of an interrupted decision are ours: after a foreign event it is undefined what to decide. */
async function requireOwnEvents(
  { store, stream, signal, pageSize = PAGE_SIZE }: RecoveryOptions,
  first: number,
  head: number,
): Promise<void> {
  for (let from = first; from <= head;) {
    signal.throwIfAborted();
    const page = await store.readPage(stream, from, Math.min(pageSize, head - from + 1));
    if (page.length === 0) throw new Error(`${stream} became shorter while it was read`);
    for (const stored of page) ledgerEventOf(stored, stream);
    from += page.length;
  }
}

/** Applies the events of a page, which follow the ledger. */
export function applyPage(ledger: ProgrammeLedger, stream: string, { events, segments }: LedgerPage): void {
  const bodies = bodiesIn(segments);
  for (const stored of events) ledger.apply(ledgerEventOf(stored, stream), bodies);
}
