import { causeOfCommand, commandOfCause, type CommandData } from '@kinledger/contracts';
import {
  adoptedStrategyOf,
  adoptionOf,
  adoptStrategy,
  DEFINITION_CAUSE,
  decideSubmission,
  defaultAppendLimits,
  engineOptionsOf,
  ERASURE_CAUSE,
  eraseRecords,
  firstInstantOf,
  handlerOf,
  isAdopted,
  isHalt,
  ledgerBehindInbox,
  ledgerDiffers,
  ledgerUnreadable,
  LedgerWriter,
  park,
  recover,
  requireSameGround,
  Scribe,
  streamOf,
  type AppendLimits,
  type Cause,
  type ConfiguredProgramme,
  type DecisionOutcome,
  type ErasingHand,
  type Halt,
  type ProgrammeLedger,
  type Recovered,
} from '@kinledger/decisions';
import { ledgerEventOf, type LinkageDecider, type LinkageEngineOptions } from '@kinledger/domain';
import {
  isEventIdReused,
  isRevisionConflict,
  isSegmentDiffers,
  isStoreUnreachable,
  revisionConflict,
  type EventStore,
} from '@kinledger/event-store';
import { definitionDocument, type DefinitionDocument } from '@kinledger/programme';
import { isAborted, pauseAfter, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type { Erasures } from '../erasures/erasures.js';
import type { FileIntake, Inbox, UsedUpPlace } from '../inbox/inbox.js';
import type { Lease, Leases } from '../lease/lease.js';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import { PendingErasures, type ErasureStanding, type PendingErasure } from './pending-erasures.js';

export type LoopState = 'standby' | 'recovering' | 'deciding' | 'halted' | 'stopped';

/** A file or a command that is through: what became of it, and how long it took. */
export interface Decided {
  /** Its place in the order of intake; of a command that takes none, the last place before it. */
  readonly intake: number;
  readonly command: CommandData['kind'] | undefined;
  readonly outcome: DecisionOutcome | 'refused';
  readonly rows: number;
  readonly seconds: number;
}

/** Told of what happens, for metrics and logs; holds no row and no token. */
export interface DecisionObserver {
  state(state: LoopState, halt?: Halt): void;
  /** The ledger as it stands after recovery and after each decision. */
  ledger(ledger: ProgrammeLedger): void;
  decided(decided: Decided): void;
  appended(events: number): void;
  /** The list of erasures is carried out, so far as it can be. */
  erasures(standing: ErasureStanding): void;
  /** Somebody else appended: memory is dropped and the ledger read again. */
  refused(): void;
  /** A failure after which the loop goes on by itself. */
  failed(error: unknown): void;
}

/** Publishes what is decided, for as long as its signal lets it. */
export interface Publication {
  run(signal: AbortSignal): Promise<void>;
  /** The ledger is closed up to this revision, durably. */
  closedUpTo(revision: number): void;
}

export interface DecisionLoopOptions extends ConfiguredProgramme {
  readonly store: EventStore;
  readonly inbox: Inbox;
  readonly leases: Leases;
  readonly publication: Publication;
  /** Absent where nothing is ever erased. */
  readonly erasures?: Erasures | undefined;
  readonly engine: (options: LinkageEngineOptions) => LinkageDecider;
  /** Absent where every start reads the whole ledger. */
  readonly snapshots?: LedgerSnapshots | undefined;
  readonly observer: DecisionObserver;
  /** Waits while those who read the ledger are far behind: it slows, and never stops. */
  readonly pace: (signal: AbortSignal) => Promise<void>;
  /** Called when something was staged. */
  readonly wakeUp: WakeUp;
  /** Looks again after this time even if nobody called: another member of the group may have staged. */
  readonly pollMs?: number;
  /** The first pause after a failure; it doubles with each further one at the same place. */
  readonly retryMs?: number;
  readonly limits?: AppendLimits;
  readonly recoveryPageSize?: number;
}

const POLL_MS = 500;
const RETRY_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
const LOOK_AT_STORE_MS = 2_000;
const STORE_PAUSE_MS = 1_000;
/** So often the same refusal may come at the same place before a person has to look. */
const PATIENCE = 3;

/**
 * Decides a programme's files in the order that intake gave them, and people's commands between them, each in its turn.
 * What it keeps in memory follows from the ledger alone: after any failure it is dropped and read again.
 */
export class DecisionLoop {
  readonly #programmeId: string;
  readonly #stream: string;
  readonly #options: DecisionLoopOptions;

  constructor(options: DecisionLoopOptions) {
    this.#options = options;
    this.#programmeId = options.programme.definition.id;
    this.#stream = streamOf(this.#programmeId);
  }

  /**
   * Runs until the signal aborts: as the writer while the lease is ours, else as a standby. Never rejects. A decision in
   * hand is finished first, unless `hurry` aborts: then it is left where it is, and whoever comes next finds the place.
   */
  async run(signal: AbortSignal, hurry: AbortSignal = signal): Promise<void> {
    const { leases, observer } = this.#options;
    while (!signal.aborted) {
      observer.state('standby');
      const lease = await leases.acquire(this.#programmeId, signal);
      if (lease === undefined) break;
      try {
        await this.#lead(lease, signal, hurry);
      } finally {
        await lease.release();
      }
    }
    observer.state('stopped');
  }

  /** Publishes and decides until the lease is lost or the loop is stopped. */
  async #lead(lease: Lease, stopped: AbortSignal, hurry: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stopped, lease.lost]);
    const publishing = this.#options.publication.run(signal);
    await this.#decideWhileLeading(signal, AbortSignal.any([hurry, lease.lost]));
    await publishing;
  }

  async #decideWhileLeading(signal: AbortSignal, hurry: AbortSignal): Promise<void> {
    const { observer } = this.#options;
    const failures = new Failures(this.#options.retryMs ?? RETRY_MS);
    while (!signal.aborted) {
      try {
        observer.state('recovering');
        await this.#decideFromLedger(signal, hurry, failures);
      } catch (error) {
        if (isAborted(signal)) return;
        const halt = failures.haltBy(error);
        if (halt !== undefined) return this.#halt(halt, signal);
        if (isRevisionConflict(error)) observer.refused();
        else observer.failed(error);
        // Whose store is back should not have to wait for us.
        const ms = isStoreUnreachable(error) ? Math.min(failures.pauseMs, STORE_PAUSE_MS) : failures.pauseMs;
        await pauseUnlessAborted(ms, signal);
      }
    }
  }

  /** Stops deciding and says so, until somebody stops the process: whoever comes next would see the same. */
  async #halt(halt: Halt, signal: AbortSignal): Promise<void> {
    this.#options.observer.state('halted', halt);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #decideFromLedger(signal: AbortSignal, hurry: AbortSignal, failures: Failures): Promise<void> {
    const { inbox, programme, publication, observer, snapshots } = this.#options;
    const recovered = await this.#takeUp(programme, snapshots, signal);
    const { ledger } = recovered;
    let { head } = recovered;
    failures.reached(ledger.nextRevision);
    requireSameGround(ledger, this.#options);
    const begun = await this.#begun(ledger, head);
    if (begun !== undefined) {
      const inForce = await this.#definitionInForce(ledger);
      if (!isAdoptedAlike(inForce.definition, programme.definition))
        return this.#finish(begun, inForce, signal, hurry);
      if (isOfDefinition(begun)) head = await this.#adopt(ledger, head, inForce, begun.time, hurry);
    }
    if (ledger.lastClosed !== undefined) {
      await inbox.settle(ledger.lastClosed.submission, ledger.lastClosed.outcome);
    }
    await this.#requireCommandsIn(ledger, head);
    const erasures = this.#erasuresOf();
    await erasures?.sweep(ledger);
    await inbox.sweep();
    if (head === -1) head = await this.#define(ledger, firstInstantOf(programme), hurry);
    publication.closedUpTo(ledger.closedAt);
    observer.ledger(ledger);
    // What is to be erased is erased before anybody is told that this linker is at work.
    if (erasures !== undefined) head = await this.#eraseAll(ledger, head, erasures, hurry);
    observer.state('deciding');

    let place = ledger.lastIntake;
    for (;;) {
      head = Math.max(head, ledger.nextRevision - 1);
      const next = await this.#next(ledger, place, head, erasures, snapshots, signal);
      if (next === undefined) return;
      if (next.kind === 'used-up') {
        place = next.intake;
        continue;
      }
      if (next.kind === 'erasure') {
        if (erasures === undefined) continue;
        head = await this.#adoptFirst(ledger, head, next.time, hurry);
        head = await this.#erase(ledger, head, next, erasures, hurry);
        continue;
      }
      await this.#options.pace(signal);
      if (isAborted(signal)) return;
      if (next.kind === 'file') {
        head = await this.#decideFile(ledger, head, next, hurry);
        place = next.intake;
      } else {
        head = await this.#decideCommand(ledger, head, place, next.command, erasures, hurry);
        place = Math.max(place, handlerOf(next.command).waitsFor?.(next.command).intake ?? 0);
      }
      publication.closedUpTo(ledger.closedAt);
      observer.ledger(ledger);
      failures.reached(ledger.nextRevision);
    }
  }

  #takeUp(
    { definition }: Pick<DefinitionDocument, 'definition'>,
    snapshots: LedgerSnapshots | undefined,
    signal: AbortSignal,
  ): Promise<Recovered> {
    const { store, engine, recoveryPageSize } = this.#options;
    return recover({
      store,
      stream: this.#stream,
      engine: () => engine(engineOptionsOf(definition)),
      snapshots,
      signal,
      ...(recoveryPageSize === undefined ? {} : { pageSize: recoveryPageSize }),
    });
  }

  /** The definition that the ledger names last: the configured one, or what is stored beside the ledger. */
  async #definitionInForce({ definition }: ProgrammeLedger): Promise<Pick<DefinitionDocument, 'definition'>> {
    const { store, programme } = this.#options;
    if (definition === undefined) throw ledgerUnreadable('it begins without a definition');
    if (definition.digest === programme.digest) return programme;
    const bytes = await store.readPayload(definition.digest);
    if (bytes === undefined) throw ledgerUnreadable(`the definition ${definition.digest} is not beside it`);
    return definitionDocument.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  }

  /**
   * Finishes what another strategy had begun, under that strategy; afterwards the ledger is read again, with the
   * configured one. No snapshot is taken from or kept: those are of the configured strategy.
   */
  async #finish(
    begun: Cause,
    inForce: Pick<DefinitionDocument, 'definition'>,
    signal: AbortSignal,
    hurry: AbortSignal,
  ): Promise<void> {
    const { ledger, head } = await this.#takeUp(inForce, undefined, signal);
    if (isOfDefinition(begun)) {
      await this.#adopt(ledger, head, inForce, begun.time, hurry);
      return;
    }
    const erasures = this.#erasuresOf();
    let place = ledger.lastIntake;
    let next = await this.#next(ledger, place, head, erasures, undefined, signal);
    while (next?.kind === 'used-up') {
      place = next.intake;
      next = await this.#next(ledger, place, head, erasures, undefined, signal);
    }
    switch (next?.kind) {
      case undefined:
        return;
      case 'erasure':
        if (erasures !== undefined) await this.#erase(ledger, head, next, erasures, hurry);
        return;
      case 'file':
        await this.#decideFile(ledger, head, next, hurry);
        return;
      case 'command':
        await this.#decideCommand(ledger, head, place, next.command, erasures, hurry);
        return;
    }
  }

  /** Brings the configured definition into force where it is not, its strategy included. @returns the stream's head. */
  async #define(ledger: ProgrammeLedger, time: string, signal: AbortSignal): Promise<number> {
    const { store, observer, programme } = this.#options;
    const head = ledger.nextRevision - 1;
    const adoption = adoptionOf(ledger, this.#options, time);
    if (adoption !== undefined) {
      await store.append(this.#stream, adoption.events, {
        expectedRevision: head === -1 ? 'no-stream' : head,
        payloads: adoption.payloads,
      });
      for (const event of adoption.applied) ledger.apply(event);
      observer.appended(adoption.events.length);
    }
    return isAdopted(ledger, programme.definition)
      ? ledger.nextRevision - 1
      : this.#adopt(ledger, ledger.nextRevision - 1, programme, time, signal);
  }

  /** Decides everything anew under the strategy of the definition in force. @returns the stream's head. */
  async #adopt(
    ledger: ProgrammeLedger,
    head: number,
    { definition }: Pick<DefinitionDocument, 'definition'>,
    time: string,
    signal: AbortSignal,
  ): Promise<number> {
    await adoptStrategy({ ledger, writer: this.#writerOf(ledger, head), signal }, definition, time);
    if (head >= ledger.nextRevision) throw ledgerDiffers(this.#stream, ledger.nextRevision);
    this.#options.publication.closedUpTo(ledger.closedAt);
    this.#options.observer.ledger(ledger);
    return ledger.nextRevision - 1;
  }

  /** No strategy decides before it is adopted. @returns the stream's head. */
  async #adoptFirst(
    ledger: ProgrammeLedger,
    head: number,
    time: string,
    signal: AbortSignal,
  ): Promise<number> {
    const adopted = isAdopted(ledger, this.#options.programme.definition);
    return adopted ? head : this.#defineFirst(ledger, head, time, signal);
  }

  #erasuresOf(): PendingErasures | undefined {
    const { erasures, observer } = this.#options;
    if (erasures === undefined) return undefined;
    return new PendingErasures(erasures, this.#stream, (standing) => observer.erasures(standing));
  }

  async #eraseAll(
    ledger: ProgrammeLedger,
    head: number,
    erasures: PendingErasures,
    signal: AbortSignal,
  ): Promise<number> {
    let end = head;
    for (;;) {
      const next = await erasures.next(ledger, (await this.#begun(ledger, end))?.cause);
      if (next === undefined) return end;
      end = await this.#adoptFirst(ledger, end, next.time, signal);
      end = await this.#erase(ledger, end, next, erasures, signal);
    }
  }

  /** Erases in the ledger first, then the bodies: what the ledger does not name is never missing. */
  async #erase(
    ledger: ProgrammeLedger,
    head: number,
    erasure: PendingErasure,
    erasures: PendingErasures,
    signal: AbortSignal,
  ): Promise<number> {
    await this.#options.snapshots?.discard();
    const writer = this.#writerOf(ledger, head);
    await eraseRecords({ ledger, writer, signal }, erasure);
    if (head >= ledger.nextRevision) throw ledgerDiffers(this.#stream, ledger.nextRevision);
    await erasures.eraseBodies(ledger.entered(erasure.records));
    this.#options.publication.closedUpTo(ledger.closedAt);
    this.#options.observer.ledger(ledger);
    return ledger.nextRevision - 1;
  }

  /** How a command erases: no snapshot and no missing line of the list outlives its event. */
  #erasingHandOf(erasures: PendingErasures | undefined): ErasingHand | undefined {
    if (erasures === undefined) return undefined;
    return {
      prepare: async ({ command, records }) => {
        await this.#options.snapshots?.discard();
        await erasures.note(command, records);
      },
      eraseBodies: (records) => erasures.eraseBodies(records),
    };
  }

  #writerOf(ledger: ProgrammeLedger, head: number): LedgerWriter {
    const { store, observer, limits = defaultAppendLimits } = this.#options;
    return new LedgerWriter({
      store,
      stream: this.#stream,
      from: ledger.nextRevision,
      head,
      limits,
      onAppended: (events) => observer.appended(events),
    });
  }

  /** Decides a file and settles it in the inbox. @returns the stream's head. */
  async #decideFile(
    ledger: ProgrammeLedger,
    head: number,
    file: FileIntake,
    signal: AbortSignal,
  ): Promise<number> {
    const { inbox } = this.#options;
    const { submission } = file.data;
    return this.#timed(ledger, head, { intake: file.intake, command: undefined }, async () => {
      const from = await this.#defineFirst(ledger, head, file.time, signal);
      const writer = this.#writerOf(ledger, from);
      const scribe = new Scribe(ledger, writer, file);
      const done = await this.#wholly(
        ledger,
        from,
        () => this.#isWaiting(file),
        async () => {
          const { complete, unprocessable } = await inbox.progressOf(submission, file.intake);
          if (complete === undefined) {
            await park({ writer }, file.data, unprocessable ?? 'unprocessable', scribe);
            return { outcome: 'parked', rows: 0 } as const;
          }
          const context = { ledger, writer, staged: inbox, signal };
          return { outcome: 'linked', rows: await decideSubmission(context, file.data, scribe) } as const;
        },
      );
      await inbox.settle(submission, done.outcome);
      return done;
    });
  }

  async #isWaiting({ intake }: FileIntake): Promise<boolean> {
    const now = await this.#options.inbox.intake(this.#programmeId, intake);
    return now === undefined || (now.kind === 'file' && now.state === 'waiting');
  }

  /**
   * Carries a command out, or refuses it; either way its reply is due afterwards. One that the ledger has already, under
   * its own id, is not carried out again. @returns the stream's head.
   */
  async #decideCommand(
    ledger: ProgrammeLedger,
    head: number,
    place: number,
    command: CommandData,
    erasures: PendingErasures | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const { inbox } = this.#options;
    const handler = handlerOf(command);
    const waitsFor = handler.waitsFor?.(command);
    return this.#timed(
      ledger,
      head,
      { intake: waitsFor?.intake ?? place, command: command.kind },
      async () => {
        const known = ledger.positionOf(command.id);
        if (known !== undefined) {
          await inbox.answer(this.#programmeId, command.id, { outcome: 'accepted', position: known });
          return undefined;
        }
        const reason = handler.refusalOf(ledger, command, { erase: erasures !== undefined });
        if (reason !== undefined) {
          // A refusal leaves no trace in the ledger that would show that it was read too early.
          await this.#requireNobodyElse(head);
          await inbox.answer(this.#programmeId, command.id, { outcome: 'refused', reason });
          return { outcome: 'refused', rows: 0 } as const;
        }
        const from = await this.#defineFirst(ledger, head, command.time, signal);
        const writer = this.#writerOf(ledger, from);
        const isWaiting = async () =>
          (await inbox.waitingCommands(this.#programmeId, place)).some(({ id }) => id === command.id);
        const done = await this.#wholly(ledger, from, isWaiting, async () =>
          handler.carryOut(
            {
              ...{ ledger, writer, staged: inbox, signal },
              cause: { cause: causeOfCommand(command.id), time: command.time },
              progress: waitsFor && (await inbox.progressOf(waitsFor.submission, waitsFor.intake)),
              erasing: this.#erasingHandOf(erasures),
            },
            command,
          ),
        );
        if (done.outcome !== 'erased' && ledger.lastClosed !== undefined) {
          await inbox.settle(ledger.lastClosed.submission, ledger.lastClosed.outcome);
        }
        await inbox.answer(this.#programmeId, command.id, { outcome: 'accepted', position: ledger.closedAt });
        return done;
      },
    );
  }

  /** Tells the observer what became of something, and how long it took. @returns the stream's head. */
  async #timed(
    ledger: ProgrammeLedger,
    head: number,
    what: Pick<Decided, 'intake' | 'command'>,
    decide: () => Promise<Pick<Decided, 'outcome' | 'rows'> | undefined>,
  ): Promise<number> {
    const started = performance.now();
    const done = await decide();
    const seconds = (performance.now() - started) / 1000;
    if (done !== undefined) this.#options.observer.decided({ ...what, ...done, seconds });
    return Math.max(head, ledger.nextRevision - 1);
  }

  /** What an interrupted decision left is finished under the definition that it began under. */
  async #defineFirst(
    ledger: ProgrammeLedger,
    head: number,
    time: string,
    signal: AbortSignal,
  ): Promise<number> {
    return head < ledger.nextRevision ? this.#define(ledger, time, signal) : head;
  }

  /**
   * Makes a decision, which must end where what an interrupted run left of it ends, or beyond.
   * @param isWaiting whether what is decided still waits, as the inbox has it now. Rows that go while they are read are
   * those of a submission that another writer has decided meanwhile; what is decided of the rest is not what stands in the
   * ledger.
   */
  async #wholly<Done>(
    ledger: ProgrammeLedger,
    head: number,
    isWaiting: () => Promise<boolean>,
    decide: () => Promise<Done>,
  ): Promise<Done> {
    try {
      const done = await decide();
      if (head >= ledger.nextRevision) throw ledgerDiffers(this.#stream, ledger.nextRevision);
      return done;
    } catch (error) {
      const mayBeAnothers =
        isHalt(error) && (error.code === 'staged-rows-differ' || error.code === 'ledger-differs');
      if (!mayBeAnothers || (await isWaiting())) throw error;
      throw revisionConflict(this.#stream, head, await this.#options.store.head(this.#stream));
    }
  }

  /** Waits until there is something to decide. `undefined` when the signal aborts first. */
  async #next(
    ledger: ProgrammeLedger,
    place: number,
    head: number,
    erasures: PendingErasures | undefined,
    snapshots: LedgerSnapshots | undefined,
    signal: AbortSignal,
  ): Promise<NextDecision | undefined> {
    const { wakeUp, pollMs = POLL_MS } = this.#options;
    const begun = (await this.#begun(ledger, head))?.cause;
    let lookedAt = performance.now();
    while (!signal.aborted) {
      if (performance.now() - lookedAt >= LOOK_AT_STORE_MS) {
        lookedAt = performance.now();
        await this.#requireNobodyElse(head);
      }
      const found =
        (await erasures?.next(ledger, begun)) ??
        (await this.#nextCommand(ledger, place, begun)) ??
        (await this.#nextFile(place + 1, head, begun));
      if (found === 'none') await snapshots?.keepIfDue(ledger, signal);
      else if (found !== 'not-ready') return found;
      await wakeUp.wait({ ms: pollMs, signal });
    }
    return undefined;
  }

  /** Cause and time of the decision that was interrupted at the ledger's end, if one was: it is finished before any other. */
  async #begun(ledger: ProgrammeLedger, head: number): Promise<Cause | undefined> {
    if (head < ledger.nextRevision) return undefined;
    const [first] = await this.#options.store.readPage(this.#stream, ledger.nextRevision, 1);
    if (first === undefined) return undefined;
    const { cause, time } = ledgerEventOf(first, this.#stream);
    return { cause, time };
  }

  /** The first command, in the order of arrival, whose turn has come and whose rows are there. */
  async #nextCommand(
    ledger: ProgrammeLedger,
    place: number,
    begun: string | undefined,
  ): Promise<NextDecision | undefined> {
    const { inbox, erasures } = this.#options;
    for (const command of await inbox.waitingCommands(this.#programmeId, place)) {
      if (begun !== undefined && causeOfCommand(command.id) !== begun) continue;
      const handler = handlerOf(command);
      const waitsFor = handler.waitsFor?.(command);
      const isDueAtOnce =
        waitsFor === undefined ||
        ledger.positionOf(command.id) !== undefined ||
        handler.refusalOf(ledger, command, { erase: erasures !== undefined }) !== undefined;
      if (isDueAtOnce) return { kind: 'command', command };
      const { complete, unprocessable } = await inbox.progressOf(waitsFor.submission, waitsFor.intake);
      if (complete !== undefined || unprocessable !== undefined) return { kind: 'command', command };
    }
    return undefined;
  }

  /** What has the next place in the order of intake, once everything of it is staged. */
  async #nextFile(
    place: number,
    head: number,
    begun: string | undefined,
  ): Promise<NextDecision | 'none' | 'not-ready'> {
    if (begun !== undefined && isAnothersCause(begun)) return 'not-ready';
    const { inbox } = this.#options;
    const intake = await inbox.intake(this.#programmeId, place);
    if (intake === undefined) return 'none';
    if (intake.kind === 'used-up') return intake;
    switch (intake.state) {
      case 'waiting': {
        const { complete, unprocessable } = await inbox.progressOf(intake.data.submission, place);
        return complete !== undefined || unprocessable !== undefined ? intake : 'not-ready';
      }
      case 'decided':
      case 'parked':
        // Somebody else may have decided it: then the ledger has moved on, and has to be read again.
        await this.#requireNobodyElse(head);
        throw ledgerBehindInbox(`intake ${place}`);
      default:
        return intake.state satisfies never;
    }
  }

  /** While nothing is decided, nothing is appended: what comes meanwhile is somebody else’s, and is looked at. */
  async #requireNobodyElse(head: number): Promise<void> {
    const actual = await this.#options.store.head(this.#stream);
    if (actual > head) throw revisionConflict(this.#stream, head, actual);
  }

  /** What the inbox calls carried out must be in the ledger. */
  async #requireCommandsIn(ledger: ProgrammeLedger, head: number): Promise<void> {
    const position = await this.#options.inbox.lastPosition(this.#programmeId);
    if (position <= ledger.closedAt) return;
    await this.#requireNobodyElse(head);
    throw ledgerBehindInbox(`a command at position ${position}`);
  }
}

type NextDecision =
  FileIntake | UsedUpPlace | PendingErasure | { readonly kind: 'command'; readonly command: CommandData };

const isOfDefinition = ({ cause }: Cause): boolean => cause.startsWith(DEFINITION_CAUSE);

/** Whether two definitions ask for the same linkage. */
const isAdoptedAlike = (
  one: DefinitionDocument['definition'],
  other: DefinitionDocument['definition'],
): boolean => adoptedStrategyOf(one).digest === adoptedStrategyOf(other).digest;

/** Whether a cause is of a command, or of a line of the list of erasures, and so of no file. */
const isAnothersCause = (cause: string): boolean =>
  commandOfCause(cause) !== undefined || cause.startsWith(ERASURE_CAUSE);

/** Remembers how often the loop failed at the same place of the ledger. */
class Failures {
  #count = 0;
  #place = -1;
  readonly #firstPauseMs: number;

  constructor(firstPauseMs: number) {
    this.#firstPauseMs = firstPauseMs;
  }

  reached(revision: number): void {
    if (revision === this.#place) return;
    this.#place = revision;
    this.#count = 0;
  }

  get pauseMs(): number {
    return pauseAfter(this.#count, { firstMs: this.#firstPauseMs, longestMs: LONGEST_PAUSE_MS });
  }

  /** Counts a failure. @returns the error to halt with, where repeating cannot help. */
  haltBy(error: unknown): Halt | undefined {
    this.#count += 1;
    if (isHalt(error)) return error;
    const stubborn = isEventIdReused(error) || isSegmentDiffers(error);
    return stubborn && this.#count >= PATIENCE ? ledgerUnreadable(error.message) : undefined;
  }
}
