import { causeOfCommand, commandOfCause, type CommandData, type SubmissionId } from '@kinledger/contracts';
import { ERASURE_CAUSE, handlerOf, ledgerBehindInbox, type ProgrammeLedger } from '@kinledger/decisions';
import type { WakeUp } from '@kinledger/waiting';
import type { FileIntake, Inbox, UsedUpPlace } from '../inbox/inbox.js';
import type { LedgerSnapshots } from '../snapshot/ledger-snapshots.js';
import type { OpenLedger } from './open-ledger.js';
import type { PendingErasure, PendingErasures } from './pending-erasures.js';

/**
 * A file, an intake number that is already used up, a line of the list of erasures, or a command; or staged rows under an
 * older key, which must be wrapped before they are decided.
 */
export type NextDecision =
  | FileIntake
  | UsedUpPlace
  | PendingErasure
  | { readonly kind: 'command'; readonly command: CommandData }
  | { readonly kind: 'rekey' };

export interface NextDecisionsOptions {
  readonly programmeId: string;
  readonly inbox: Inbox;
  /** Called when something was staged. */
  readonly wakeUp: WakeUp;
  /** Polls after this time even without a wake-up, because another member of the group may have staged. */
  readonly pollMs?: number;
}

/** Further sources of work while the loop waits. */
export interface WhileWaiting {
  /** Undefined if erasure is not configured. */
  readonly erasures: PendingErasures | undefined;
  /** Written while nothing waits; undefined if no snapshot may be written. */
  readonly snapshots: LedgerSnapshots | undefined;
}

const POLL_MS = 500;
const LOOK_AT_STORE_MS = 2_000;
const LOOK_AT_ROWS_MS = 500;

/** Determines what to decide next: erasures first, then commands whose turn has come, then the next file. */
export class NextDecisions {
  readonly #options: NextDecisionsOptions;
  #lookedAtRows = Number.NEGATIVE_INFINITY;

  constructor(options: NextDecisionsOptions) {
    this.#options = options;
  }

  /**
   * Waits until there is something to decide. Returns undefined if the signal aborts first.
   * @param place the last intake number that is used up.
   * @throws RevisionConflict if somebody else appended meanwhile.
   */
  async after(
    open: OpenLedger,
    place: number,
    { erasures, snapshots }: WhileWaiting,
    signal: AbortSignal,
  ): Promise<NextDecision | undefined> {
    const { wakeUp, pollMs = POLL_MS } = this.#options;
    const begun = (await open.begun())?.cause;
    const can = { erase: erasures !== undefined };
    let lookedAt = performance.now();
    while (!signal.aborted) {
      if (performance.now() - lookedAt >= LOOK_AT_STORE_MS) {
        lookedAt = performance.now();
        await open.requireUnchangedHead();
      }
      const found =
        (await erasures?.next(open.ledger, begun)) ??
        (await this.#nextCommand(open, place, begun, can)) ??
        (await this.#nextFile(open, place + 1, begun));
      if (typeof found === 'string' && begun === undefined && (await this.#holdsOlderRows(open.ledger)))
        return { kind: 'rekey' };
      if (found === 'none') await snapshots?.keepIfDue(open.ledger, signal);
      else if (found !== 'not-ready') return found;
      await wakeUp.wait({ ms: pollMs, signal });
    }
    return undefined;
  }

  /** The first command, in order of arrival, whose turn has come and whose rows are complete. */
  async #nextCommand(
    { ledger }: OpenLedger,
    place: number,
    begun: string | undefined,
    can: { readonly erase: boolean },
  ): Promise<NextDecision | undefined> {
    const { inbox, programmeId } = this.#options;
    for (const command of await inbox.waitingCommands(programmeId, place)) {
      if (begun !== undefined && causeOfCommand(command.id) !== begun) continue;
      // Its tokens are under a key that a rotation is about to bring.
      if (command.kind === 'erase-person' && command.payload.keyVersion > ledger.keyVersion) continue;
      const handler = handlerOf(command);
      const waitsFor = handler.waitsFor?.(command);
      const isDueAtOnce =
        waitsFor === undefined ||
        ledger.positionOf(command.id) !== undefined ||
        handler.refusalOf(ledger, command, can) !== undefined;
      if (isDueAtOnce) return { kind: 'command', command };
      const { complete, unprocessable } = await inbox.progressOf(waitsFor.submission, waitsFor.intake);
      if (unprocessable !== undefined && complete === undefined) return { kind: 'command', command };
      if (complete === undefined) continue;
      const readiness = await this.#readinessOf(ledger, waitsFor.submission);
      if (readiness === 'rekey') return { kind: 'rekey' };
      if (readiness === 'ready') return { kind: 'command', command };
    }
    return undefined;
  }

  /** Whether rows of any submission, such as a parked one, are staged under an older key. Looks now and then. */
  async #holdsOlderRows({ keyVersion }: ProgrammeLedger): Promise<boolean> {
    if (keyVersion === 1 || performance.now() - this.#lookedAtRows < LOOK_AT_ROWS_MS) return false;
    this.#lookedAtRows = performance.now();
    return (await this.#options.inbox.chunksBefore(keyVersion, 1)).length > 0;
  }

  /** Whether all rows of a submission are under the ledger's key. Those under a newer one wait for the rotation. */
  async #readinessOf(
    { keyVersion }: ProgrammeLedger,
    submission: SubmissionId,
  ): Promise<'ready' | 'rekey' | 'not-ready'> {
    const versions = await this.#options.inbox.keyVersionsOf(submission);
    if (versions.some((version) => version > keyVersion)) return 'not-ready';
    return versions.some((version) => version < keyVersion) ? 'rekey' : 'ready';
  }

  /** The file with the next intake number, once it is completely staged. */
  async #nextFile(
    open: OpenLedger,
    place: number,
    begun: string | undefined,
  ): Promise<NextDecision | 'none' | 'not-ready'> {
    if (begun !== undefined && isAnothersCause(begun)) return 'not-ready';
    const { inbox, programmeId } = this.#options;
    const intake = await inbox.intake(programmeId, place);
    if (intake === undefined) return 'none';
    if (intake.kind === 'used-up') return intake;
    switch (intake.state) {
      case 'waiting': {
        const { complete, unprocessable } = await inbox.progressOf(intake.data.submission, place);
        if (complete === undefined) return unprocessable === undefined ? 'not-ready' : intake;
        const readiness = await this.#readinessOf(open.ledger, intake.data.submission);
        if (readiness === 'rekey') return { kind: 'rekey' };
        return readiness === 'ready' ? intake : 'not-ready';
      }
      case 'decided':
      case 'parked':
        // Another writer may have decided it: then the ledger has grown, and must be read again.
        await open.requireUnchangedHead();
        throw ledgerBehindInbox(`intake ${place}`);
      default:
        return intake.state satisfies never;
    }
  }
}

/** Whether a cause is a command or a line of the list of erasures, and so not a file. */
const isAnothersCause = (cause: string): boolean =>
  commandOfCause(cause) !== undefined || cause.startsWith(ERASURE_CAUSE);
