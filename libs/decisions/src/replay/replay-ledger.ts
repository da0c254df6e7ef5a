import { closesDecision, isErasing, type LedgerEvent, type RecordId } from '@kinledger/contracts';
import { ledgerEventOf, type LinkageDecider, type LinkageEngineOptions } from '@kinledger/domain';
import type { EventStore, Segment } from '@kinledger/event-store';
import { programmeOf, type Programme } from '@kinledger/programme';
import { adoptedStrategyOf, engineOptionsBeside, requireNameTableUnder } from '../adoption.js';
import { ledgerUnreadable } from '../errors.js';
import { definitionBeside } from '../history/definition-beside.js';
import { lastKeyVersion } from '../history/last-key-version.js';
import { ProgrammeLedger } from '../programme-ledger.js';
import { applyUpTo, ledgerPages } from '../recovery.js';
import { ComparingWriter, type Difference } from './comparing-writer.js';
import { ErasureEffects, forceDiffers } from './erasure-effects.js';
import { RecordedDecision, type MissingBody, type RecordedEvent } from './recorded-decision.js';
import { redoDecision } from './redo-decision.js';
import { StatedTokens } from '../stated-tokens.js';

/**
 * What became of a decision that was made again: the same to the byte; something else; or its inputs are not all there,
 * since a person was erased.
 */
export type Verdict = 'equal' | 'diverged' | 'not-decidable';

/** A decision, and what became of it. */
export interface ReplayedDecision {
  readonly verdict: Verdict;
  /** Positions of its first and its last event. */
  readonly from: number;
  readonly to: number;
  /** What it ends with. */
  readonly type: string;
  readonly cause: string;
  readonly difference: Difference | undefined;
  /** Why the linker would not have made it at all, where it would not. */
  readonly refusal: string | undefined;
}

export interface Replayed {
  readonly stream: string;
  /** Decisions that were made again, by what became of them. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Decisions that were only read, since nobody asked for them. */
  readonly read: number;
  /** Records that the decisions made again brought into the ledger. */
  readonly records: number;
  readonly firstDivergence: ReplayedDecision | undefined;
  /** Records without a body that no erasure names. */
  readonly faults: readonly MissingBody[];
  /** Events at the end of the range that close no decision: the linker was interrupted, or is at work. */
  readonly unfinished: number;
}

export interface ReplayOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly engine: (options: LinkageEngineOptions) => LinkageDecider;
  /** Positions between which decisions are made again, both included; those before are read. */
  readonly from?: number;
  readonly to?: number;
  /** Which of them; all, where nobody says. */
  readonly concerns?: (events: readonly LedgerEvent[]) => boolean;
  readonly signal: AbortSignal;
  /** Is told of each decision that was made again, and the ledger with it applied. */
  readonly onDecision?: (decision: ReplayedDecision, ledger: ProgrammeLedger) => void;
  readonly onProgress?: (events: number, total: number) => void;
}

/**
 * Makes the decisions of a ledger again: each from the ledger as it stood, the bodies beside it, and the definition and
 * strategy in force, by the code that decides. What comes out is compared with what was recorded, byte for byte.
 * Memory holds what a linker's does, and the events of one decision. Nothing is written.
 * @throws ForeignEvent; LedgerUnreadable where the ledger contradicts itself so that it cannot be read on; the signal's
 * reason; what the store throws.
 */
export async function replayLedger(options: ReplayOptions): Promise<Replayed> {
  const { store, stream, signal, onProgress = () => undefined } = options;
  const head = await store.head(stream);
  const last = Math.min(head, options.to ?? head);
  const replay = new Replay(options);
  const stated = await StatedTokens.of(store, stream, signal);
  let events: RecordedEvent[] = [];
  let segments: Segment[] = [];
  let keyVersion = 1;
  for await (const page of ledgerPages({ store, stream, from: 0, to: last, signal })) {
    const byRevision = new Map(page.segments.map((segment) => [segment.revision, segment]));
    for (const stored of page.events) {
      events.push({ stored, event: ledgerEventOf(stored, stream) });
      const segment = byRevision.get(stored.revision);
      if (segment !== undefined) segments.push(segment);
      if (!closesDecision(stored.type)) continue;
      await replay.decision(new RecordedDecision(events, segments, stated, keyVersion));
      const closing = events.at(-1)?.event;
      if (closing?.type === 'KeyRotated') ({ keyVersion } = closing.data);
      [events, segments] = [[], []];
    }
    onProgress((page.events.at(-1)?.revision ?? last) + 1, last + 1);
  }
  for await (const page of ledgerPages({ store, stream, from: last + 1, to: head, signal }))
    for (const stored of page.events) {
      const event = ledgerEventOf(stored, stream);
      if (isErasing(event)) replay.erased(event.data.records);
    }
  return { ...replay.outcome(), stream, unfinished: events.length };
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #counts: Record<Verdict, number> = { equal: 0, diverged: 0, 'not-decidable': 0 };
  readonly #effects = new ErasureEffects();
  readonly #missing = new Map<RecordId, MissingBody>();
  #read = 0;
  #records = 0;
  #first: ReplayedDecision | undefined;
  #ledger: ProgrammeLedger | undefined;
  #programme: Programme | undefined;
  #lastKeyVersion: number | undefined;
  readonly #earlier: Programme[] = [];

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  outcome(): Omit<Replayed, 'stream' | 'unfinished'> {
    return {
      ...{ counts: this.#counts, read: this.#read, records: this.#records, firstDivergence: this.#first },
      faults: [...this.#missing.values()],
    };
  }

  erased(records: readonly RecordId[]): void {
    for (const record of records) this.#missing.delete(record);
  }

  async decision(recorded: RecordedDecision): Promise<void> {
    const { closing } = recorded;
    for (const missing of recorded.missing) this.#missing.set(missing.record, missing);
    const programme = await this.#programmeOf(recorded);
    const ledger = await this.#ledgerBefore(recorded, programme);
    const events = recorded.events.map(({ event }) => event);
    const asked = closing.revision >= (this.#options.from ?? 0) && (this.#options.concerns?.(events) ?? true);
    const redone = asked ? await this.#redo(recorded, ledger, programme) : undefined;
    if (redone === undefined) this.#read += 1;
    this.#applyRest(recorded, ledger);
    this.#effects.follow(
      events,
      { missing: recorded.missing.map(({ record }) => record), lacking: recorded.lacking },
      redone?.forceDiffers,
    );
    if (redone !== undefined) this.#options.onDecision?.(redone.decision, ledger);
    if (isErasing(closing)) this.erased(closing.data.records);
  }

  /** Says too whether the two count other numbers of tokens without force; undefined where that is not known. */
  async #redo(
    recorded: RecordedDecision,
    ledger: ProgrammeLedger,
    programme: Programme,
  ): Promise<{ readonly decision: ReplayedDecision; readonly forceDiffers: boolean | undefined }> {
    const missing = recorded.missing.map(({ record }) => record);
    const keeps = missing.length > 0 || recorded.lacking.length > 0 || !this.#effects.isEmpty;
    const writer = new ComparingWriter(recorded.events, keeps);
    const { signal } = this.#options;
    let refusal: string | undefined;
    try {
      const { store, stream } = this.#options;
      const context = { ledger, writer, staged: recorded, signal };
      refusal = await redoDecision(
        context,
        recorded,
        { programme, earlier: this.#earlier },
        { store, stream },
      );
    } catch (error) {
      signal.throwIfAborted();
      // All inputs are in memory: what fails is the decision.
      refusal = `it cannot be decided: ${error instanceof Error ? error.message : String(error)}`;
    }
    const events = recorded.events.map(({ event }) => event);
    const { difference, recomputed } = writer;
    const isEqual = difference === undefined && refusal === undefined;
    this.#applyRest(recorded, ledger);
    const individualOf = (record: RecordId) => ledger.engine.individualOf(record);
    // Who is who among the rows of one file depends on all of them: without one, nothing in it can be held against it.
    const isUndecidable =
      missing.length > 0 || (!isEqual && keeps && this.#effects.explain(events, recomputed, individualOf));
    const verdict = isUndecidable ? 'not-decidable' : isEqual ? 'equal' : 'diverged';
    const { first, closing } = recorded;
    const decision: ReplayedDecision = {
      ...{ verdict, from: first.revision, to: closing.revision, type: closing.type, cause: closing.cause },
      ...{ difference, refusal },
    };
    this.#counts[verdict] += 1;
    this.#records += recorded.records;
    if (verdict === 'diverged') this.#first ??= decision;
    return { decision, forceDiffers: keeps ? forceDiffers(events, recomputed) : undefined };
  }

  /** What stands in the ledger counts, whatever was decided again. */
  #applyRest(recorded: RecordedDecision, ledger: ProgrammeLedger): void {
    for (const { event } of recorded.events) {
      if (event.revision < ledger.nextRevision) continue;
      try {
        ledger.apply(event, recorded);
      } catch (error) {
        throw ledgerUnreadable(
          `position ${event.revision} contradicts what comes before it (${error instanceof Error ? error.message : String(error)})`,
        );
      }
    }
  }

  async #programmeOf({ closing }: RecordedDecision): Promise<Programme> {
    if (closing.type === 'ProgrammeDefined') {
      const document = await definitionBeside(this.#options.store, closing.data.definition);
      if (this.#programme !== undefined) this.#earlier.push(this.#programme);
      this.#programme = programmeOf(document, () =>
        Promise.reject(new Error('a replay looks no postcode up')),
      );
    }
    if (this.#programme === undefined) throw ledgerUnreadable('it does not begin with a definition');
    return this.#programme;
  }

  /**
   * The ledger up to a decision. Another strategy decides what closes with its adoption: who decides so has read all that
   * came before.
   */
  async #ledgerBefore(
    { first, closing }: RecordedDecision,
    { definition }: Programme,
  ): Promise<ProgrammeLedger> {
    const { engine, store, stream, signal } = this.#options;
    const empty = async () => {
      const engineOptions = await engineOptionsBeside(this.#options, definition);
      // Bodies are under the last key, whatever the key was when a decision was made.
      if (engineOptions.nameTable !== undefined) {
        this.#lastKeyVersion ??= await lastKeyVersion(store, stream, signal);
        await requireNameTableUnder(this.#lastKeyVersion, this.#options, engineOptions);
      }
      return new ProgrammeLedger(engine(engineOptions));
    };
    const ledger = (this.#ledger ??= await empty());
    const isOther =
      closing.type === 'StrategyAdopted' &&
      ledger.strategy !== undefined &&
      ledger.strategy.digest !== adoptedStrategyOf(definition).digest;
    if (!isOther) return ledger;
    this.#ledger = await empty();
    await applyUpTo(this.#ledger, first.revision - 1, { store, stream, signal });
    return this.#ledger;
  }
}
