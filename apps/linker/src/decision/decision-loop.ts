import { setTimeout as pause } from 'node:timers/promises';
import {
  adoptionOf,
  decideErasure,
  decideSubmission,
  decideWithdrawal,
  defaultAppendLimits,
  engineOptionsOf,
  firstInstantOf,
  isHalt,
  ledgerBehindInbox,
  ledgerDiffers,
  ledgerUnreadable,
  LedgerWriter,
  park,
  recover,
  requireSameGround,
  streamOf,
  type AppendLimits,
  type ConfiguredProgramme,
  type DecisionContext,
  type Halt,
  type ProgrammeLedger,
} from '@kinledger/decisions';
import type { LinkageDecider, LinkageEngineOptions } from '@kinledger/domain';
import {
  isEventIdReused,
  isRecordBodyDiffers,
  isRevisionConflict,
  isStoreUnreachable,
  revisionConflict,
  type EventStore,
} from '@kinledger/event-store';
import type { Erasures } from '../erasures/erasures.js';
import type { Inbox, Intake } from '../inbox/inbox.js';
import type { Lease, Leases } from '../lease/lease.js';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import { PendingErasures, type ErasureStanding, type PendingErasure } from './pending-erasures.js';
import { refusalOf } from './refusals.js';
import type { WakeUp } from './wake-up.js';

export type LoopState = 'standby' | 'recovering' | 'deciding' | 'halted' | 'stopped';

/** An intake that is through: what became of it, and how long it took. */
export interface DecidedIntake {
  readonly intake: number;
  readonly outcome: 'linked' | 'withdrawn' | 'parked' | 'refused';
  readonly rows: number;
  readonly seconds: number;
}

/** Told of what happens, for metrics and logs; holds no row and no token. */
export interface DecisionObserver {
  state(state: LoopState, halt?: Halt): void;
  /** The ledger as it stands after recovery and after each decision. */
  ledger(ledger: ProgrammeLedger): void;
  decided(decided: DecidedIntake): void;
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
 * Decides a programme's intakes, one after the other, in the order that intake gave them. What it keeps in memory
 * follows from the ledger alone: after any failure it is dropped and read again.
 */
export class DecisionLoop {
  private readonly programmeId: string;
  private readonly stream: string;

  constructor(private readonly options: DecisionLoopOptions) {
    this.programmeId = options.programme.definition.id;
    this.stream = streamOf(this.programmeId);
  }

  /**
   * Runs until the signal aborts: as the writer while the lease is ours, else as a standby. Never rejects. A decision in
   * hand is finished first, unless `hurry` aborts: then it is left where it is, and whoever comes next finds the place.
   */
  async run(signal: AbortSignal, hurry: AbortSignal = signal): Promise<void> {
    const { leases, observer } = this.options;
    while (!signal.aborted) {
      observer.state('standby');
      const lease = await leases.acquire(this.programmeId, signal);
      if (lease === undefined) break;
      try {
        await this.lead(lease, signal, hurry);
      } finally {
        await lease.release();
      }
    }
    observer.state('stopped');
  }

  /** Publishes and decides until the lease is lost or the loop is stopped. */
  private async lead(lease: Lease, stopped: AbortSignal, hurry: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stopped, lease.lost]);
    const publishing = this.options.publication.run(signal);
    await this.decideWhileLeading(signal, AbortSignal.any([hurry, lease.lost]));
    await publishing;
  }

  private async decideWhileLeading(signal: AbortSignal, hurry: AbortSignal): Promise<void> {
    const { observer } = this.options;
    const failures = new Failures(this.options.retryMs ?? RETRY_MS);
    while (!signal.aborted) {
      try {
        observer.state('recovering');
        await this.decideFromLedger(signal, hurry, failures);
      } catch (error) {
        if (isAborted(signal)) return;
        const halt = failures.haltBy(error);
        if (halt !== undefined) return this.halt(halt, signal);
        if (isRevisionConflict(error)) observer.refused();
        else observer.failed(error);
        // Whose store is back should not have to wait for us.
        const ms = isStoreUnreachable(error) ? Math.min(failures.pauseMs, STORE_PAUSE_MS) : failures.pauseMs;
        await pause(ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Stops deciding and says so, until somebody stops the process: whoever comes next would see the same. */
  private async halt(halt: Halt, signal: AbortSignal): Promise<void> {
    this.options.observer.state('halted', halt);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async decideFromLedger(signal: AbortSignal, hurry: AbortSignal, failures: Failures): Promise<void> {
    const { store, inbox, engine, programme, publication, observer, snapshots, recoveryPageSize } =
      this.options;
    const recovered = await recover({
      store,
      stream: this.stream,
      engine: () => engine(engineOptionsOf(programme)),
      snapshots,
      signal,
      ...(recoveryPageSize === undefined ? {} : { pageSize: recoveryPageSize }),
    });
    const { ledger } = recovered;
    let { head } = recovered;
    failures.reached(ledger.nextRevision);
    requireSameGround(ledger, this.options);
    if (ledger.lastClosed !== undefined) {
      await inbox.settle(this.programmeId, ledger.lastClosed.intake, ledger.lastClosed.outcome);
    }
    const erasures = this.erasuresOf();
    await erasures?.sweep(ledger);
    await inbox.sweep();
    if (head === -1) head = await this.define(ledger, firstInstantOf(programme));
    publication.closedUpTo(ledger.closedAt);
    observer.ledger(ledger);
    // What is to be erased is erased before anybody is told that this linker is at work.
    if (erasures !== undefined) head = await this.eraseAll(ledger, head, erasures, hurry);
    observer.state('deciding');

    let place = ledger.lastIntake;
    for (;;) {
      head = Math.max(head, ledger.nextRevision - 1);
      const intake = await this.nextIntake(ledger, place + 1, head, erasures, signal);
      if (intake === undefined) return;
      if (intake.kind === 'erasure') {
        if (erasures !== undefined) head = await this.erase(ledger, head, intake, erasures, hurry);
        continue;
      }
      place = intake.intake;
      if (intake.state === 'refused') continue;
      await this.options.pace(signal);
      if (isAborted(signal)) return;
      // What an interrupted decision left is finished under the definition that it began under.
      if (head < ledger.nextRevision) head = await this.define(ledger, intake.time);
      head = await this.decide(ledger, head, intake, hurry);
      publication.closedUpTo(ledger.closedAt);
      observer.ledger(ledger);
      failures.reached(ledger.nextRevision);
    }
  }

  /** Brings the configured definition into force where it is not. @returns the stream's head. */
  private async define(ledger: ProgrammeLedger, time: string): Promise<number> {
    const { store, observer } = this.options;
    const head = ledger.nextRevision - 1;
    const adoption = adoptionOf(ledger, this.options, time);
    if (adoption === undefined) return head;
    await store.append(this.stream, adoption.events, {
      expectedRevision: head === -1 ? 'no-stream' : head,
      payloads: adoption.payloads,
    });
    for (const event of adoption.applied) ledger.apply(event);
    observer.appended(adoption.events.length);
    return ledger.nextRevision - 1;
  }

  private erasuresOf(): PendingErasures | undefined {
    const { erasures, store, observer } = this.options;
    if (erasures === undefined) return undefined;
    return new PendingErasures(erasures, store, this.stream, (standing) => observer.erasures(standing));
  }

  private async eraseAll(
    ledger: ProgrammeLedger,
    head: number,
    erasures: PendingErasures,
    signal: AbortSignal,
  ): Promise<number> {
    let end = head;
    for (;;) {
      const next = await erasures.next(ledger, end);
      if (next === undefined) return end;
      end = await this.erase(ledger, end, next, erasures, signal);
    }
  }

  /** Erases in the ledger first, then the bodies: what the ledger does not name is never missing. */
  private async erase(
    ledger: ProgrammeLedger,
    head: number,
    erasure: PendingErasure,
    erasures: PendingErasures,
    signal: AbortSignal,
  ): Promise<number> {
    // Before the event: what it forgets shall not outlive it in a snapshot, whatever comes between.
    await this.options.snapshots?.discard();
    const writer = this.writerOf(ledger, head);
    await decideErasure({ ledger, writer, signal }, erasure);
    if (head >= ledger.nextRevision) throw ledgerDiffers(this.stream, ledger.nextRevision);
    await erasures.eraseBodies(erasure.records);
    this.options.publication.closedUpTo(ledger.closedAt);
    this.options.observer.ledger(ledger);
    return ledger.nextRevision - 1;
  }

  private writerOf(ledger: ProgrammeLedger, head: number): LedgerWriter {
    const { store, observer, limits = defaultAppendLimits } = this.options;
    return new LedgerWriter({
      store,
      stream: this.stream,
      from: ledger.nextRevision,
      head,
      limits,
      onAppended: (events) => observer.appended(events),
    });
  }

  /** Decides one intake and settles it in the inbox. @returns the stream's head. */
  private async decide(
    ledger: ProgrammeLedger,
    head: number,
    intake: Intake,
    signal: AbortSignal,
  ): Promise<number> {
    const { inbox, observer } = this.options;
    const started = performance.now();
    const writer = this.writerOf(ledger, head);
    const outcome = await this.carryOut({ ledger, writer, staged: inbox, signal }, intake)
      .then((done) => {
        // What an interrupted run left is longer than the decision: it was not this decision.
        const left = done.outcome !== 'refused' && head >= ledger.nextRevision;
        if (left) throw ledgerDiffers(this.stream, ledger.nextRevision);
        return done;
      })
      .catch(async (error: unknown): Promise<never> => {
        throw await this.causeOf(error, intake, head);
      });
    if (outcome.outcome !== 'refused') {
      await inbox.settle(this.programmeId, intake.intake, outcome.outcome);
    }
    observer.decided({ ...outcome, intake: intake.intake, seconds: (performance.now() - started) / 1000 });
    return Math.max(head, ledger.nextRevision - 1);
  }

  /**
   * Rows that go while they are read are those of a submission that another writer has decided meanwhile. They may go
   * while the engine takes them in: then what it decides of the rest is not what stands in the ledger.
   */
  private async causeOf(error: unknown, { intake }: Intake, head: number): Promise<unknown> {
    if (!isHalt(error) || (error.code !== 'staged-rows-differ' && error.code !== 'ledger-differs'))
      return error;
    const now = await this.options.inbox.intake(this.programmeId, intake);
    if (now === undefined || now.state === 'waiting') return error;
    return revisionConflict(this.stream, head, await this.options.store.head(this.stream));
  }

  private async carryOut(
    context: DecisionContext,
    intake: Intake,
  ): Promise<Pick<DecidedIntake, 'outcome' | 'rows'>> {
    const { inbox, publication } = this.options;
    const refusal = refusalOf(context.ledger, intake);
    if (refusal !== undefined) {
      await inbox.refuse(this.programmeId, intake.intake, refusal);
      publication.closedUpTo(context.ledger.closedAt);
      return { outcome: 'refused', rows: 0 };
    }
    switch (intake.kind) {
      case 'file':
      case 'unparking': {
        const { complete, unprocessable } = await inbox.progressOf(intake.data.submission, intake.intake);
        if (complete !== undefined) {
          return { outcome: 'linked', rows: await decideSubmission(context, intake) };
        }
        await park(context, intake, unprocessable ?? 'unprocessable');
        return { outcome: 'parked', rows: 0 };
      }
      case 'withdrawal':
        await decideWithdrawal(context, intake);
        return { outcome: 'withdrawn', rows: 0 };
      default:
        return intake satisfies never;
    }
  }

  /** Waits until everything of an intake is staged, or something is to be erased. `undefined` when the signal aborts first. */
  private async nextIntake(
    ledger: ProgrammeLedger,
    place: number,
    head: number,
    erasures: PendingErasures | undefined,
    signal: AbortSignal,
  ): Promise<Intake | PendingErasure | undefined> {
    const { inbox, snapshots, wakeUp, pollMs = POLL_MS } = this.options;
    let lookedAt = performance.now();
    while (!signal.aborted) {
      if (performance.now() - lookedAt >= LOOK_AT_STORE_MS) {
        lookedAt = performance.now();
        await this.requireNobodyElse(head);
      }
      const erasure = await erasures?.next(ledger, head);
      if (erasure !== undefined) return erasure;
      const intake = await inbox.intake(this.programmeId, place);
      if (intake !== undefined && (await this.isReady(intake, ledger, head))) return intake;
      if (intake === undefined) await snapshots?.keepIfDue(ledger, signal);
      await wakeUp.wait(pollMs, signal);
    }
    return undefined;
  }

  /** While nothing is decided, nothing is appended: what comes meanwhile is somebody else’s, and is looked at. */
  private async requireNobodyElse(head: number): Promise<void> {
    const actual = await this.options.store.head(this.stream);
    if (actual > head) throw revisionConflict(this.stream, head, actual);
  }

  private async isReady(intake: Intake, ledger: ProgrammeLedger, head: number): Promise<boolean> {
    switch (intake.state) {
      case 'refused':
        return true;
      case 'waiting': {
        if (intake.kind === 'withdrawal' || refusalOf(ledger, intake) !== undefined) return true;
        const { inbox } = this.options;
        const { complete, unprocessable } = await inbox.progressOf(intake.data.submission, intake.intake);
        return complete !== undefined || unprocessable !== undefined;
      }
      case 'decided':
      case 'parked': {
        // Somebody else may have decided it: then the ledger has moved on, and has to be read again.
        const actual = await this.options.store.head(this.stream);
        throw actual > head ? revisionConflict(this.stream, head, actual) : ledgerBehindInbox(intake.intake);
      }
      default:
        return intake.state satisfies never;
    }
  }
}

/** The compiler believes that `aborted` stays as it was before an await. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Remembers how often the loop failed at the same place of the ledger. */
class Failures {
  private count = 0;
  private place = -1;

  constructor(private readonly firstPauseMs: number) {}

  reached(revision: number): void {
    if (revision === this.place) return;
    this.place = revision;
    this.count = 0;
  }

  get pauseMs(): number {
    return Math.min(LONGEST_PAUSE_MS, this.firstPauseMs * 2 ** Math.min(this.count - 1, 10));
  }

  /** Counts a failure. @returns the error to halt with, where repeating cannot help. */
  haltBy(error: unknown): Halt | undefined {
    this.count += 1;
    if (isHalt(error)) return error;
    const stubborn = isEventIdReused(error) || isRecordBodyDiffers(error);
    return stubborn && this.count >= PATIENCE ? ledgerUnreadable(error.message) : undefined;
  }
}
