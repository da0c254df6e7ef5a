import type { LedgerEvent, PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import { isRecordBodyMissing, type LinkageDecider, type SubmissionStanding } from '@kinledger/domain';
import { ledgerUnreadable } from './errors.js';

/** How the last intake in the ledger ended. */
export interface ClosedIntake {
  readonly intake: number;
  readonly outcome: 'linked' | 'withdrawn' | 'parked';
}

/**
 * What the linker knows of a programme: a fold over its ledger, the linkage engine included. It is the same whether
 * the events were just decided or read back, so that it may be dropped and made again at any time.
 */
export class ProgrammeLedger {
  /** Revision of the next event. */
  nextRevision = 0;
  /** Revision of the last closing event; -1 before the first. */
  closedAt = -1;
  lastClosed: ClosedIntake | undefined;
  definition: { readonly digest: string; readonly signingKey: string } | undefined;
  strategyDigest: string | undefined;
  openReferrals = 0;
  tokensWithoutForce = 0;

  private received: { readonly submission: SubmissionId; readonly intake: number } | undefined;
  /** Submissions that the engine never saw: their rows did not come. */
  private readonly rowless = new Map<SubmissionId, 'parked' | 'withdrawn'>();
  private readonly eventsByDefinition = new Map<string, number>();

  constructor(readonly engine: LinkageDecider) {}

  /** Place of the last intake that the ledger has; 0 before the first. */
  get lastIntake(): number {
    return this.lastClosed?.intake ?? 0;
  }

  standingOf(submission: SubmissionId): SubmissionStanding | 'parked' {
    return this.rowless.get(submission) ?? this.engine.standingOf(submission);
  }

  /** Events that a definition has caused so far: the same definition may come back later, an event id may not. */
  eventsCausedBy(definition: string): number {
    return this.eventsByDefinition.get(definition) ?? 0;
  }

  /**
   * Applies the next event. `row` is the body of the record that it brings in; it may be left out where this very
   * engine has staged the row.
   * @throws LedgerUnreadable when an event is out of place or a body is missing.
   */
  apply(event: LedgerEvent, row?: PseudonymisedRow): void {
    if (event.revision !== this.nextRevision) {
      throw ledgerUnreadable(`event ${event.revision} stands where ${this.nextRevision} is due`);
    }
    this.applyToEngine(event, row);
    this.nextRevision += 1;
    if (event.type === 'ProgrammeDefined') {
      this.definition = { digest: event.data.definition, signingKey: event.data.signingKey };
      this.closeDefinition(event);
    } else if (event.type === 'StrategyAdopted') {
      this.strategyDigest = event.data.digest;
      this.closeDefinition(event);
    } else if (event.type === 'SubmissionReceived') {
      this.received = event.data;
      // One that was parked has its rows now.
      this.rowless.delete(event.data.submission);
    } else if (event.type === 'SubmissionLinked') {
      if (this.received?.submission !== event.data.submission) {
        throw ledgerUnreadable(`the submission linked at ${event.revision} was never received`);
      }
      this.tokensWithoutForce = event.data.tokensWithoutForce;
      this.close(event, { intake: this.received.intake, outcome: 'linked' });
    } else if (event.type === 'SubmissionWithdrawn') {
      if (this.rowless.has(event.data.submission)) this.rowless.set(event.data.submission, 'withdrawn');
      this.close(event, { intake: event.data.intake, outcome: 'withdrawn' });
    } else if (event.type === 'SubmissionParked') {
      this.rowless.set(event.data.submission, 'parked');
      this.close(event, { intake: event.data.intake, outcome: 'parked' });
    } else if (event.type === 'LinkReferred') {
      this.openReferrals += 1;
    } else if (event.type === 'LinkReferralLapsed') {
      this.openReferrals -= 1;
    }
  }

  private applyToEngine(event: LedgerEvent, row: PseudonymisedRow | undefined): void {
    // The engine never heard of a submission whose rows did not come.
    if (event.type === 'SubmissionWithdrawn' && this.rowless.has(event.data.submission)) return;
    try {
      this.engine.apply(event, row);
    } catch (error) {
      if (!isRecordBodyMissing(error)) throw error;
      throw ledgerUnreadable(
        `the body of the record that entered at revision ${event.revision} is missing, and no erasure names it`,
      );
    }
  }

  private close(event: LedgerEvent, closed: ClosedIntake): void {
    this.received = undefined;
    this.lastClosed = closed;
    this.closedAt = event.revision;
  }

  private closeDefinition({ cause, revision }: LedgerEvent): void {
    this.eventsByDefinition.set(cause, this.eventsCausedBy(cause) + 1);
    this.closedAt = revision;
  }
}
