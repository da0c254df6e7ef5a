import {
  changeSigningKey,
  engineOptionsBeside,
  firstInstantOf,
  handlerOf,
  keyChangeDue,
  ledgerBehindInbox,
  recover,
  requireSameGround,
  streamOf,
  type AppendLimits,
  type Cause,
  type ConfiguredKeys,
  type ConfiguredProgramme,
  type DueKeyChange,
  type FiguresInForce,
  type Halt,
} from '@kinledger/decisions';
import type { LinkageDecider, LinkageEngineOptions } from '@kinledger/domain';
import { isRevisionConflict, type EventStore } from '@kinledger/event-store';
import { isAborted, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type { Erasures } from '../erasures/erasures.js';
import type { FileIntake, Inbox } from '../inbox/inbox.js';
import type { Lease, Leases } from '../lease/lease.js';
import type { Publication } from '../publication/publication.js';
import type { Rekeying } from '../rekeying/rekeying.js';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import { CommandDecisions } from './command-decisions.js';
import type { DecisionObserver, FileInHand } from './decision-observer.js';
import { Definitions, isAdoptedAlike, isOfDefinition, type Definition } from './definitions.js';
import { Erasing } from './erasing.js';
import { FileDecisions } from './file-decisions.js';
import { LoopFailures } from './loop-failures.js';
import { NextDecisions } from './next-decision.js';
import { OpenLedger } from './open-ledger.js';
import { PendingErasures } from './pending-erasures.js';

export interface DecisionLoopOptions extends ConfiguredProgramme, ConfiguredKeys {
  readonly store: EventStore;
  readonly inbox: Inbox;
  readonly leases: Leases;
  readonly publication: Publication;
  /** Undefined if erasure is not configured. */
  readonly erasures?: Erasures | undefined;
  readonly engine: (options: LinkageEngineOptions) => LinkageDecider;
  /** What figures are computed by: a quarter that is closed names it. */
  readonly figures: FiguresInForce;
  /** Undefined if every start reads the whole ledger. */
  readonly snapshots?: LedgerSnapshots | undefined;
  readonly rekeying: Rekeying;
  readonly observer: DecisionObserver;
  /** Waits while readers of the ledger are far behind: slows the loop, but never stops it. */
  readonly pace: (signal: AbortSignal) => Promise<void>;
  /** Called when something was staged. */
  readonly wakeUp: WakeUp;
  /** Polls after this time even without a wake-up, because another member of the group may have staged. */
  readonly pollMs?: number;
  /** The first pause after a failure; it doubles with each further one at the same position. */
  readonly retryMs?: number;
  readonly limits?: AppendLimits;
  readonly recoveryPageSize?: number;
}

const RETRY_MS = 50;

/**
 * Decides a programme's files in the order of intake, and people's commands between them, each in its turn. Its state
 * in memory follows from the ledger alone: after any failure it is discarded and read again.
 */
export class DecisionLoop {
  readonly #programmeId: string;
  readonly #options: DecisionLoopOptions;
  readonly #definitions: Definitions;
  readonly #next: NextDecisions;
  readonly #files: FileDecisions;
  readonly #commands: CommandDecisions;
  /** The file that is being decided; after a failure, the one at which it happened. */
  #inHand: FileInHand | undefined;

  constructor(options: DecisionLoopOptions) {
    const programmeId = options.programme.definition.id;
    this.#programmeId = programmeId;
    this.#options = options;
    this.#definitions = new Definitions(options);
    this.#next = new NextDecisions({ ...options, programmeId });
    this.#files = new FileDecisions({ ...options, programmeId }, this.#definitions);
    this.#commands = new CommandDecisions({ ...options, programmeId }, this.#definitions);
  }

  /**
   * Runs until the signal aborts: as the writer while it holds the lease, else as a standby. Never rejects. The
   * decision in progress is finished first, unless `hurry` aborts: then it is abandoned, and the next writer completes
   * it.
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
    const failures = new LoopFailures(this.#options.retryMs ?? RETRY_MS);
    while (!signal.aborted) {
      this.#inHand = undefined;
      try {
        observer.state('recovering');
        await this.#decideFromLedger(signal, hurry, failures);
      } catch (error) {
        if (isAborted(signal)) return;
        const halt = failures.haltBy(error);
        if (halt !== undefined) return this.#halt(halt, signal);
        if (isRevisionConflict(error)) observer.refused();
        else observer.failed(error, this.#inHand);
        await pauseUnlessAborted(failures.pauseAfter(error), signal);
      }
    }
  }

  /** Stops deciding and reports why, until somebody stops the process: another attempt would fail in the same way. */
  async #halt(halt: Halt, signal: AbortSignal): Promise<void> {
    this.#options.observer.state('halted', halt, this.#inHand);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #decideFromLedger(signal: AbortSignal, hurry: AbortSignal, failures: LoopFailures): Promise<void> {
    const { inbox, programme, observer, snapshots } = this.#options;
    const { open, erasing } = await this.#open(programme.definition, snapshots, signal);
    const { ledger } = open;
    failures.reached(ledger.nextRevision);
    requireSameGround(ledger, this.#options);
    const keyChange = keyChangeDue(ledger, this.#options);
    const begun = await open.begun();
    if (begun !== undefined) {
      const inForce = await this.#definitions.inForce(ledger);
      if (keyChange !== undefined || !isAdoptedAlike(inForce, programme.definition))
        return this.#finish(begun, inForce, signal, hurry);
      if (isOfDefinition(begun)) await this.#definitions.adopt(open, inForce, begun.time, hurry);
    }
    if (keyChange !== undefined) await this.#changeKey(open, keyChange);
    if (ledger.lastClosed !== undefined) {
      await inbox.settle(ledger.lastClosed.submission, ledger.lastClosed.outcome);
    }
    await this.#requireCommandsIn(open);
    await inbox.sweep();
    if (open.head === -1) await this.#definitions.define(open, firstInstantOf(programme), hurry);
    open.announce();
    // Pending erasures are completed before this linker reports that it is deciding.
    await erasing?.eraseAll(open, hurry);
    observer.state('deciding');
    await this.#decideInTurn(open, erasing, { signal, hurry, failures });
  }

  /** One event, so that a linker that is killed has changed the key or not. */
  async #changeKey(open: OpenLedger, change: DueKeyChange): Promise<void> {
    const { ledger } = open;
    const { id } = this.#options.programme.definition;
    const time = (await open.lastTime()) ?? firstInstantOf(this.#options.programme);
    await changeSigningKey({ ledger, writer: open.writer() }, id, change, time);
    this.#options.observer.keyChanged(ledger.closedAt);
  }

  /**
   * Decides whatever is next until the signal aborts, or until a rotation of keys is complete: the ledger is then read
   * again, so that no token of the older key is left in memory.
   */
  async #decideInTurn(
    open: OpenLedger,
    erasing: Erasing | undefined,
    { signal, hurry, failures }: { signal: AbortSignal; hurry: AbortSignal; failures: LoopFailures },
  ): Promise<void> {
    const { snapshots, pace, rekeying } = this.#options;
    const { keyVersion } = open.ledger;
    let place = open.ledger.lastIntake;
    for (;;) {
      const next = await this.#next.after(open, place, { erasures: erasing?.pending, snapshots }, signal);
      if (next === undefined) return;
      if (next.kind === 'used-up') {
        place = next.intake;
        continue;
      }
      if (next.kind === 'erasure') {
        await open.requireNameTable();
        await this.#definitions.adoptFirst(open, next.time, hurry);
        await erasing?.erase(open, next, hurry);
        continue;
      }
      if (next.kind === 'rekey') {
        await rekeying.rekeyStaged(open.ledger.keyVersion, hurry);
        continue;
      }
      await pace(signal);
      if (isAborted(signal)) return;
      await open.requireNameTable();
      if (next.kind === 'file') {
        await this.#decideFile(open, next, hurry);
        place = next.intake;
      } else {
        await this.#commands.decide(open, place, next.command, erasing, hurry);
        place = Math.max(place, handlerOf(next.command).waitsFor?.(next.command).intake ?? 0);
      }
      open.announce();
      failures.reached(open.ledger.nextRevision);
      if (open.ledger.keyVersion !== keyVersion) return;
    }
  }

  /**
   * Finishes what another strategy had begun, under that strategy; afterwards the ledger is read again with the
   * configured one. Neither uses nor writes snapshots, which belong to the configured strategy.
   */
  async #finish(begun: Cause, inForce: Definition, signal: AbortSignal, hurry: AbortSignal): Promise<void> {
    const { open, erasing } = await this.#open(inForce, undefined, signal);
    if (isOfDefinition(begun)) {
      await this.#definitions.adopt(open, inForce, begun.time, hurry);
      return;
    }
    const waiting = { erasures: erasing?.pending, snapshots: undefined };
    let place = open.ledger.lastIntake;
    let next = await this.#next.after(open, place, waiting, signal);
    while (next?.kind === 'used-up') {
      place = next.intake;
      next = await this.#next.after(open, place, waiting, signal);
    }
    switch (next?.kind) {
      case undefined:
        return;
      case 'erasure':
        await erasing?.erase(open, next, hurry);
        return;
      case 'rekey':
        await this.#options.rekeying.rekeyStaged(open.ledger.keyVersion, hurry);
        return;
      case 'file':
        await this.#decideFile(open, next, hurry);
        return;
      case 'command':
        await this.#commands.decide(open, place, next.command, erasing, hurry);
        return;
    }
  }

  async #decideFile(open: OpenLedger, file: FileIntake, hurry: AbortSignal): Promise<void> {
    this.#inHand = { submission: file.data.submission, traceparent: file.traceparent };
    await this.#files.decide(open, file, hurry);
    this.#inHand = undefined;
  }

  /**
   * Recovers the ledger with an engine for the given definition, once nothing lies beside it that is erased: an engine
   * that read erased tokens would decide by them.
   */
  async #open(
    definition: Definition,
    snapshots: LedgerSnapshots | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly open: OpenLedger; readonly erasing: Erasing | undefined }> {
    const open = await this.#recover(definition, snapshots, signal);
    const erasing = this.#erasingIn(open);
    if ((await erasing?.pending.sweep(open.ledger)) !== true) return { open, erasing };
    return { open: await this.#recover(definition, undefined, signal), erasing };
  }

  async #recover(
    definition: Definition,
    snapshots: LedgerSnapshots | undefined,
    signal: AbortSignal,
  ): Promise<OpenLedger> {
    const { store, engine, recoveryPageSize } = this.#options;
    const stream = streamOf(this.#programmeId);
    const options = await engineOptionsBeside({ store, stream }, definition);
    const recovered = await recover({
      store,
      stream,
      engine: () => engine(options),
      snapshots,
      signal,
      ...(recoveryPageSize === undefined ? {} : { pageSize: recoveryPageSize }),
    });
    const open = new OpenLedger(stream, recovered, options, this.#options);
    await open.requireNameTable();
    return open;
  }

  #erasingIn({ stream }: OpenLedger): Erasing | undefined {
    const { erasures, observer, snapshots, store } = this.#options;
    if (erasures === undefined) return undefined;
    const pending = new PendingErasures(erasures, stream, (standing) => observer.erasures(standing));
    return new Erasing(pending, this.#definitions, snapshots, store);
  }

  /** Commands that the inbox records as executed must be in the ledger. */
  async #requireCommandsIn(open: OpenLedger): Promise<void> {
    const position = await this.#options.inbox.lastPosition(this.#programmeId);
    if (position <= open.ledger.closedAt) return;
    await open.requireUnchangedHead();
    throw ledgerBehindInbox(`a command at position ${position}`);
  }
}
