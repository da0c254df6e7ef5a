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
  isKeyChangeSigned,
  passMapThrough,
  type Archive,
  type Archived,
  type Bodies,
  type LinkageDecider,
  type SigningKeyInForce,
  type SubmissionStanding,
} from '@kinledger/domain';
import type { EnteredRecord, TokenCut, TokenCuts } from '@kinledger/event-store';
import { ledgerUnreadable } from './errors.js';
import { streamOf } from './programme-stream.js';
import { ClosedQuarters } from './quarters/closed-quarters.js';
import { ReviewBook } from './reviews/review-book.js';

/** Prefix of the causes of definitions. */
export const DEFINITION_CAUSE = 'definition:';
/** Prefix of the causes of erasures. */
export const ERASURE_CAUSE = 'erasure:';

/** Whether later decisions may have the same cause. */
const comesAgain = (cause: string): boolean =>
  cause.startsWith(DEFINITION_CAUSE) || cause.startsWith(ERASURE_CAUSE);

/** The last decided submission, and its outcome. */
export interface ClosedSubmission {
  readonly submission: SubmissionId;
  readonly outcome: 'linked' | 'withdrawn' | 'parked';
}

/** A cut of a record's carer tokens, and the cause of the erasure. */
interface CarerCut extends TokenCut {
  readonly cause: string;
}

/**
 * The linker's state for a programme: a fold over its ledger, including the linkage engine. It is the same whether the
 * events were just decided or read back, so it may be discarded and rebuilt at any time.
 */
export class ProgrammeLedger implements Archived {
  /** Revision of the next event. */
  nextRevision = 0;
  /** Revision of the last closing event; -1 before the first. */
  closedAt = -1;
  lastClosed: ClosedSubmission | undefined;
  /** Highest intake number in the ledger; 0 before the first. */
  lastIntake = 0;
  definition: { readonly digest: string } | undefined;
  /** Digests of all definitions that were ever in force, each once. */
  definitions: readonly string[] = [];
  /** Every key that signs or has signed checkpoints, in the order of the ledger. */
  signingKeys: readonly SigningKeyInForce[] = [];
  /** The strategy in force, as it was adopted. */
  strategy: DataOf<typeof StrategyAdopted> | undefined;
  /** Version of the token keys under which all bodies are, once this decision is whole. */
  keyVersion = 1;
  tokensWithoutForce = 0;
  /** How many decisions have erased something. */
  erasures = 0;
  /** All erased records. */
  readonly erased: RecordId[] = [];
  /** Records of which carer tokens are erased, and the cuts in the order of the ledger. */
  readonly #carerCuts = new Map<RecordId, readonly CarerCut[]>();
  /** What waits for a review, and what reviewers decided. */
  readonly reviews = new ReviewBook();
  /** Every quarter that is closed, and what leaves of it. */
  readonly quarters = new ClosedQuarters();

  #received: { readonly submission: SubmissionId; readonly intake: number } | undefined;
  /** Submissions unknown to the engine, because their rows never arrived. */
  readonly #rowless = new Map<SubmissionId, 'parked' | 'withdrawn'>();
  readonly #eventsByCause = new Map<string, number>();
  /** Positions of executed commands. */
  readonly #commands = new Map<string, number>();

  constructor(readonly engine: LinkageDecider) {}

  /** Position of an executed command: the revision of the event that closes it. */
  positionOf(command: string): number | undefined {
    return this.#commands.get(command);
  }

  /** How many referrals wait for a review. */
  get openReferrals(): number {
    return this.reviews.waiting;
  }

  standingOf(submission: SubmissionId): SubmissionStanding | 'parked' {
    return this.#rowless.get(submission) ?? this.engine.standingOf(submission);
  }

  /** How many submissions are parked. */
  get parked(): number {
    return [...this.#rowless.values()].filter((standing) => standing === 'parked').length;
  }

  /** The public key that signs checkpoints of all that is decided now. */
  get signingKey(): string | undefined {
    return this.signingKeys.at(-1)?.publicKey;
  }

  /** Adds to records in the ledger the revisions at which their bodies are. */
  entered(records: readonly RecordId[]): EnteredRecord[] {
    return records.map((record) => {
      const revision = this.engine.enteredAt(record);
      if (revision === undefined) throw ledgerUnreadable(`record ${record} never entered it`);
      return { record, revision };
    });
  }

  /** The cuts of every record of which carer tokens are erased. */
  tokenCuts(): TokenCuts[] {
    const records = [...this.#carerCuts.keys()].filter((record) => this.engine.erasable([record]).length > 0);
    return this.entered(records).map((entered, index) => ({
      ...entered,
      cuts: (this.#carerCuts.get(records[index] as RecordId) ?? []).map(({ places, tokens, keyVersion }) => ({
        places,
        tokens,
        keyVersion,
      })),
    }));
  }

  /** Whether an erasure with this cause has already taken carer tokens of a record. */
  hasCutCarers(record: RecordId, cause: string): boolean {
    return this.#carerCuts.get(record)?.some((cut) => cut.cause === cause) === true;
  }

  /**
   * Number of events that a definition or erasure has caused so far. The same definition may return later, and an
   * erasure may be continued when more of its records arrive, but event ids must not repeat.
   */
  eventsCausedBy(cause: string): number {
    return this.#eventsByCause.get(cause) ?? 0;
  }

  /**
   * Applies the next event. `bodies` holds those of the records that it brings in; they may be omitted if this engine
   * has staged the rows.
   * @throws LedgerUnreadable if the event is out of order.
   */
  apply(event: LedgerEvent, bodies?: Bodies): void {
    if (event.revision !== this.nextRevision) {
      throw ledgerUnreadable(`event ${event.revision} follows where ${this.nextRevision} is expected`);
    }
    if (event.type === 'SigningKeyChanged') this.#requireSigned(event);
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
        this.definition = { digest: event.data.definition };
        if (!this.definitions.includes(event.data.definition))
          this.definitions = [...this.definitions, event.data.definition];
        if (this.signingKeys.length === 0)
          this.signingKeys = [{ from: event.revision, publicKey: event.data.signingKey }];
        this.closedAt = event.revision;
        return;
      case 'SigningKeyChanged':
        this.signingKeys = [...this.signingKeys, { from: event.revision, publicKey: event.data.signingKey }];
        this.closedAt = event.revision;
        return;
      case 'StrategyAdopted':
        this.strategy = event.data;
        this.closedAt = event.revision;
        return;
      case 'SubmissionReceived':
        this.#received = event.data;
        // If it was parked, its rows have now arrived.
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
        this.erasures += 1;
        this.closedAt = event.revision;
        return;
      case 'CarerTokensErased':
        for (const { record, erased: places, tokens } of event.data.records) {
          const cut = { cause: event.cause, places, tokens, keyVersion: this.keyVersion };
          this.#carerCuts.set(record, [...(this.#carerCuts.get(record) ?? []), cut]);
        }
        this.erasures += 1;
        this.closedAt = event.revision;
        return;
      case 'QuarterClosed':
      case 'FiguresPublished':
      case 'ReleasePublished':
      case 'ReleaseWithdrawn':
        this.quarters.take(event);
        this.closedAt = event.revision;
        return;
      case 'KeyRotated':
        this.keyVersion = event.data.keyVersion;
        this.closedAt = event.revision;
        return;
      case 'LinkReferred':
      case 'LinkReferralLapsed':
        return this.reviews.take(event);
      case 'ReviewGiven':
      case 'LinkReviewed':
      case 'LinkForbidden':
      case 'LinkAllowed':
        this.closedAt = event.revision;
        return this.reviews.take(event);
      default:
        event satisfies never;
    }
  }

  /** Builds on no change that the key in force did not sign, whoever wrote the event. */
  #requireSigned({
    revision: from,
    data,
  }: Extract<LedgerEvent, { readonly type: 'SigningKeyChanged' }>): void {
    const { programme, signingKey: publicKey, previous, signature } = data;
    const change = { stream: streamOf(programme), from, publicKey };
    const isNew = this.signingKeys.every((each) => each.publicKey !== publicKey);
    if (previous !== this.signingKey || !isNew || !isKeyChangeSigned(change, signature, previous))
      throw ledgerUnreadable(`the change of the signing key at ${from} is not signed by the key before it`);
  }

  #applyToEngine(event: LedgerEvent, bodies: Bodies | undefined): void {
    // The engine does not know a submission whose rows never arrived.
    if (event.type === 'SubmissionWithdrawn' && this.#rowless.has(event.data.submission)) return;
    this.engine.apply(event, bodies);
  }

  /**
   * A body may be missing only if an erasure names its record. Call this after all of the ledger is applied.
   * @throws LedgerUnreadable
   */
  requireBodies(): void {
    const { bodyMissingAt } = this.engine;
    if (bodyMissingAt === undefined) return;
    throw ledgerUnreadable(
      `the body of the record that entered at revision ${bodyMissingAt} is missing, and no erasure names it`,
    );
  }

  /** Call only between decisions. */
  async passThrough(archive: Archive): Promise<void> {
    if (this.closedAt !== this.nextRevision - 1) throw new Error('a decision is in progress');
    const { nextRevision, closedAt, lastClosed, lastIntake, definition, signingKeys, strategy } = this;
    const { definitions, tokensWithoutForce, erasures, keyVersion } = this;
    const state = { nextRevision, closedAt, lastClosed, lastIntake, definition, signingKeys, strategy };
    const counted = { tokensWithoutForce, erasures, keyVersion };
    Object.assign(this, await archive.json({ ...state, ...counted, definitions }));
    const erased = await archive.json(this.erased);
    if (erased !== this.erased) for (const record of erased) this.erased.push(record);
    await passMapThrough(archive, this.#rowless);
    await passMapThrough(archive, this.#eventsByCause);
    await passMapThrough(archive, this.#commands);
    await this.quarters.passThrough(archive);
    await passMapThrough(archive, this.#carerCuts);
    await this.reviews.passThrough(archive);
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
