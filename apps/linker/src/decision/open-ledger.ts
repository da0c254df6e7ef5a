import {
  defaultAppendLimits,
  ledgerDiffers,
  LedgerWriter,
  requireNameTableUnder,
  type AppendLimits,
  type Cause,
  type EngineOptionsBeside,
  type ProgrammeLedger,
  type Recovered,
} from '@kinledger/decisions';
import { ledgerEventOf } from '@kinledger/domain';
import { revisionConflict, type EventStore } from '@kinledger/event-store';
import { withSpan } from '@kinledger/service-kit';
import type { Publication } from '../publication/publication.js';
import type { DecisionObserver } from './decision-observer.js';

export interface OpenLedgerOptions {
  readonly store: EventStore;
  readonly publication: Pick<Publication, 'closedUpTo'>;
  readonly observer: Pick<DecisionObserver, 'appended' | 'ledger'>;
  readonly limits?: AppendLimits;
}

/** The store, with a span for each append. */
const tracedAppends = (store: EventStore): Pick<EventStore, 'append' | 'readPage'> => ({
  append: (stream, events, options) =>
    withSpan('append to ledger', { attributes: { 'kinledger.events': events.length } }, () =>
      store.append(stream, events, options),
    ),
  readPage: (stream, from, limit) => store.readPage(stream, from, limit),
});

/** A programme's ledger from its recovery until a failure: its state in memory, and the head of its stream. */
export class OpenLedger {
  readonly ledger: ProgrammeLedger;
  readonly stream: string;
  readonly #recoveredHead: number;
  readonly #engine: Pick<EngineOptionsBeside, 'nameTable'>;
  readonly #options: OpenLedgerOptions;

  /** @param engine what the ledger’s engine was made with. */
  constructor(
    stream: string,
    { ledger, head }: Recovered,
    engine: Pick<EngineOptionsBeside, 'nameTable'>,
    options: OpenLedgerOptions,
  ) {
    this.ledger = ledger;
    this.stream = stream;
    this.#recoveredHead = head;
    this.#engine = engine;
    this.#options = options;
  }

  /** Revision of the stream's last event, -1 for an empty stream. */
  get head(): number {
    return Math.max(this.#recoveredHead, this.ledger.nextRevision - 1);
  }

  /** Whether the stream ends with events of an interrupted decision, which must be finished before any other. */
  get isInterrupted(): boolean {
    return this.head >= this.ledger.nextRevision;
  }

  /** Cause and time of the interrupted decision at the ledger's end, if there is one. */
  async begun(): Promise<Cause | undefined> {
    if (!this.isInterrupted) return undefined;
    const [first] = await this.#options.store.readPage(this.stream, this.ledger.nextRevision, 1);
    if (first === undefined) return undefined;
    const { cause, time } = ledgerEventOf(first, this.stream);
    return { cause, time };
  }

  /** Time of the last event; undefined for an empty ledger. */
  async lastTime(): Promise<string | undefined> {
    const [last] = await this.#options.store.readPage(this.stream, Math.max(0, this.head), 1);
    return last && ledgerEventOf(last, this.stream).time;
  }

  /** Creates a writer for the next decision. */
  writer(): LedgerWriter {
    const { store, observer, limits = defaultAppendLimits } = this.#options;
    return new LedgerWriter({
      store: tracedAppends(store),
      stream: this.stream,
      from: this.ledger.nextRevision,
      head: this.head,
      limits,
      onAppended: (events) => observer.appended(events),
    });
  }

  /** @throws LedgerDiffers if a decision ended before the events that an interrupted run had already written of it. */
  requireWhole(): void {
    if (this.isInterrupted) throw ledgerDiffers(this.stream, this.ledger.nextRevision);
  }

  /**
   * Checks that the table of name frequencies, by which the engine decides, is beside the ledger and under its key.
   * @throws LedgerUnreadable, as soon as somebody erases it.
   */
  async requireNameTable(): Promise<void> {
    // An interrupted rotation may have changed the table already.
    if (this.isInterrupted) return;
    const { store } = this.#options;
    await requireNameTableUnder(this.ledger.keyVersion, { store, stream: this.stream }, this.#engine);
  }

  /**
   * Checks that the stream has not grown: while this writer decides nothing, any new event is somebody else’s.
   * @throws RevisionConflict.
   */
  async requireUnchangedHead(): Promise<void> {
    const { head } = this;
    const actual = await this.#options.store.head(this.stream);
    if (actual > head) throw revisionConflict(this.stream, head, actual);
  }

  /** Tells the publication and the observer up to where the ledger is closed. */
  announce(): void {
    const { closedAt, quarters, erasures, signingKeys } = this.ledger;
    this.#options.publication.closedUpTo(closedAt, quarters.closings, signingKeys, erasures);
    this.#options.observer.ledger(this.ledger);
  }
}
