import {
  commandOfCause,
  concerns,
  isClosing,
  type ClosingEvent,
  type DataOf,
  type EventFor,
  type LedgerEvent,
  type RecordId,
  type StrategyAdopted,
  type SubmissionId,
} from '@kinledger/contracts';
import {
  passMapThrough,
  type Archive,
  type Archived,
  type Bodies,
  type LinkageDecider,
  type SubmissionStanding,
} from '@kinledger/domain';
import type { EnteredRecord } from '@kinledger/event-store';
import { ledgerUnreadable } from './errors.js';

/** What the causes of definitions begin with. */
export const DEFINITION_CAUSE = 'definition:';
/** What the causes of erasures begin with. */
export const ERASURE_CAUSE = 'erasure:';

/** Whether later decisions may have the same cause. */
const comesAgain = (cause: string): boolean =>
  cause.startsWith(DEFINITION_CAUSE) || cause.startsWith(ERASURE_CAUSE);

/** How the last decision about a submission ended. */
export interface ClosedSubmission {
  readonly submission: SubmissionId;
  readonly outcome: 'linked' | 'withdrawn' | 'parked';
}

/**
 * What the linker knows of a programme: a fold over its ledger, the linkage engine included. It is the same whether
 * the events were just decided or read back, so that it may be dropped and made again at any time.
 */
export class ProgrammeLedger implements Archived {
  /** Revision of the next event. */
  nextRevision = 0;
  /** Revision of the last closing event; -1 before the first. */
  closedAt = -1;
  lastClosed: ClosedSubmission | undefined;
  /** Place of the last intake that the ledger has; 0 before the first. */
  lastIntake = 0;
  definition: { readonly digest: string; readonly signingKey: string } | undefined;
  /** The strategy that decides, as it was adopted. */
  strategy: DataOf<typeof StrategyAdopted> | undefined;
  openReferrals = 0;
  tokensWithoutForce = 0;
  /** Every record that was erased. */
  readonly erased: RecordId[] = [];

  #received: { readonly submission: SubmissionId; readonly intake: number } | undefined;
  /** Submissions that the engine never saw: their rows did not come. */
  readonly #rowless = new Map<SubmissionId, 'parked' | 'withdrawn'>();
  readonly #eventsByCause = new Map<string, number>();
  /** Positions of the commands that are carried out. */
  readonly #commands = new Map<string, number>();

  constructor(readonly engine: LinkageDecider) {}

  /** Where a command stands that is carried out: the revision of the event that closes it. */
  positionOf(command: string): number | undefined {
    return this.#commands.get(command);
  }

  standingOf(submission: SubmissionId): SubmissionStanding | 'parked' {
    return this.#rowless.get(submission) ?? this.engine.standingOf(submission);
  }

  /** Records that are in the ledger, and where their bodies are. */
  entered(records: readonly RecordId[]): EnteredRecord[] {
    return records.map((record) => {
      const revision = this.engine.enteredAt(record);
      if (revision === undefined) throw ledgerUnreadable(`record ${record} never entered it`);
      return { record, revision };
    });
  }

  /**
   * Events that a definition or an erasure has caused so far: the same definition may come back later, and records of an
   * erasure may come after others; an event id may not.
   */
  eventsCausedBy(cause: string): number {
    return this.#eventsByCause.get(cause) ?? 0;
  }

  /**
   * Applies the next event. `bodies` has those of the records that it brings in; they may be left out where this very
   * engine has staged the rows.
   * @throws LedgerUnreadable when an event is out of place.
   */
  apply(event: LedgerEvent, bodies?: Bodies): void {
    if (event.revision !== this.nextRevision) {
      throw ledgerUnreadable(`event ${event.revision} stands where ${this.nextRevision} is due`);
    }
    this.#applyToEngine(event, bodies);
    this.nextRevision += 1;
    const command = commandOfCause(event.cause);
    if (command !== undefined || comesAgain(event.cause)) this.#count(event.cause);
    if (command !== undefined && isClosing(event)) this.#commands.set(command, event.revision);
    if (concerns('programme-ledger', event)) this.#take(event);
  }

  #take(event: EventFor<'programme-ledger'>): void {
    switch (event.type) {
      case 'ProgrammeDefined':
        this.definition = { digest: event.data.definition, signingKey: event.data.signingKey };
        this.closedAt = event.revision;
        return;
      case 'StrategyAdopted':
        this.strategy = event.data;
        this.closedAt = event.revision;
        return;
      case 'SubmissionReceived':
        this.#received = event.data;
        // One that was parked has its rows now.
        this.#rowless.delete(event.data.submission);
        return;
      case 'SubmissionLinked':
        if (this.#received?.submission !== event.data.submission) {
          throw ledgerUnreadable(`the submission linked at ${event.revision} was never received`);
        }
        this.tokensWithoutForce = event.data.tokensWithoutForce;
        return this.#close(event, this.#received.intake, 'linked');
      case 'SubmissionWithdrawn':
        if (this.#rowless.has(event.data.submission)) this.#rowless.set(event.data.submission, 'withdrawn');
        return this.#close(event, event.data.intake, 'withdrawn');
      case 'SubmissionParked':
        this.#rowless.set(event.data.submission, 'parked');
        return this.#close(event, event.data.intake, 'parked');
      case 'RecordErased':
        this.erased.push(...event.data.records);
        this.closedAt = event.revision;
        return;
      case 'LinkReferred':
        this.openReferrals += 1;
        return;
      case 'LinkReferralLapsed':
        this.openReferrals -= 1;
        return;
      default:
        event satisfies never;
    }
  }

  #applyToEngine(event: LedgerEvent, bodies: Bodies | undefined): void {
    // The engine never heard of a submission whose rows did not come.
    if (event.type === 'SubmissionWithdrawn' && this.#rowless.has(event.data.submission)) return;
    this.engine.apply(event, bodies);
  }

  /**
   * A body may be missing only if an erasure names its record: asked when all of the ledger is applied.
   * @throws LedgerUnreadable
   */
  requireBodies(): void {
    const { bodyMissingAt } = this.engine;
    if (bodyMissingAt === undefined) return;
    throw ledgerUnreadable(
      `the body of the record that entered at revision ${bodyMissingAt} is missing, and no erasure names it`,
    );
  }

  /** Between decisions alone. */
  async passThrough(archive: Archive): Promise<void> {
    if (this.closedAt !== this.nextRevision - 1) throw new Error('a decision is under way');
    const { nextRevision, closedAt, lastClosed, lastIntake, definition, strategy } = this;
    const { openReferrals, tokensWithoutForce } = this;
    const state = { nextRevision, closedAt, lastClosed, lastIntake, definition, strategy };
    Object.assign(this, await archive.json({ ...state, openReferrals, tokensWithoutForce }));
    const erased = await archive.json(this.erased);
    if (erased !== this.erased) for (const record of erased) this.erased.push(record);
    await passMapThrough(archive, this.#rowless);
    await passMapThrough(archive, this.#eventsByCause);
    await passMapThrough(archive, this.#commands);
    await this.engine.passThrough(archive);
  }

  #close(
    { revision, data }: Extract<ClosingEvent, { readonly data: { readonly submission: SubmissionId } }>,
    intake: number,
    outcome: ClosedSubmission['outcome'],
  ): void {
    this.#received = undefined;
    this.lastClosed = { submission: data.submission, outcome };
    this.lastIntake = Math.max(this.lastIntake, intake);
    this.closedAt = revision;
  }

  #count(cause: string): void {
    this.#eventsByCause.set(cause, this.eventsCausedBy(cause) + 1);
  }
}
