import type {
  DataOf,
  LedgerDecision,
  LedgerEvent,
  PseudonymisedRow,
  RecordErased,
  RecordId,
  RowKey,
  StrategyAdopted,
  SubmissionId,
  SubmissionReceived,
  SubmissionWithdrawn,
} from '@kinledger/contracts';
import type { Archived } from './archive.js';
import type { Strategy } from './strategy.js';

/** A set of services whose records alone are the evidence of a scoped family (domain §4). */
export interface FamilyScope {
  readonly scope: string;
  readonly services: readonly string[];
}

/** What the engine's decisions depend on, besides the ledger. Both are parts of the programme definition. */
export interface LinkageEngineOptions {
  readonly strategy: Strategy;
  /** At most 30. The scope `programme` is always there and is not listed. */
  readonly familyScopes: readonly FamilyScope[];
}

/**
 * A decision in the order of the ledger. Its revision is the `nextRevision` given to `decide` plus its index.
 * `rows` are the ordinals (from 0, in the order of staging) of the rows whose records enter the ledger here, one for
 * each placement: the writer adds their commitments to the data, and keeps their bodies. All else is `null` and complete
 * as it is. Ordinals come in rising order, so that a second reading of the rows in order is enough.
 */
export interface Draft {
  readonly decision: LedgerDecision;
  readonly rows: readonly number[] | null;
}

/** Bodies of records by their id. */
export interface Bodies {
  get(record: RecordId): PseudonymisedRow | undefined;
}

/** What a person decided about two rows, as the ledger says it. */
export type ConstraintDecision = Extract<
  LedgerDecision,
  { readonly type: 'LinkForbidden' | 'LinkReviewed' | 'LinkAllowed' }
>;

/** Yields every decision, the closing event last. Consuming may be interleaved with `apply` of what was yielded. */
export interface DecisionRun {
  decide(nextRevision: number): Generator<Draft, void, undefined>;
}

/** What is said of a submission that goes, but for the counts of its records. */
export type Withdrawal = Omit<DataOf<typeof SubmissionWithdrawn>, 'retired' | 'revived'>;

/** A submission in the making: stage every row in row order, then decide. Staging changes no decision state. */
export interface SubmissionRun extends DecisionRun {
  /** Rows staged so far. */
  readonly rows: number;
  /** The rows that follow are of the chunk with this number: no event places rows of two. Without any, all are of chunk 0. */
  beginChunk(number: number): void;
  stage(row: PseudonymisedRow): void;
  /** Notes that a row with this key refuses consent. It holds against every row of the submission with the same key. */
  refuse(rowKey: RowKey): void;
}

export type SubmissionStanding = 'unknown' | 'standing' | 'superseded' | 'withdrawn';

/** How much the index holds, and the bytes that it has allocated for it. */
export interface LinkageEngineSize {
  readonly records: number;
  readonly rowKeys: number;
  readonly tokens: number;
  readonly individuals: number;
  readonly bytes: Readonly<
    Record<'tokens' | 'records' | 'rowKeys' | 'individuals' | 'kinship' | 'referrals', number>
  >;
}

/**
 * The linker's decider: `begin`/`withdraw`/`erase`/`constrain`/`relink` decide, `apply` evolves. Pure of I/O, clock and chance: state is a
 * function of the events applied, whether they were just decided or are read back after a restart. It passes through an
 * archive between decisions, into a decider with the same options that nothing was applied to.
 */
export interface LinkageDecider extends Archived {
  readonly size: LinkageEngineSize;

  /**
   * @param file data of the accepted file; the upload's random id stays out of the ledger.
   * @throws SubmissionNotDecidable when the submission has been decided already.
   */
  begin(file: DataOf<typeof SubmissionReceived>): SubmissionRun;

  /** @throws SubmissionNotDecidable when it is unknown or withdrawn already. */
  withdraw(command: Withdrawal): DecisionRun;

  /** Those of these records, each once, that are in the ledger and not erased. */
  erasable(records: readonly RecordId[]): RecordId[];

  /** Revision of the event that brought a record into the ledger; undefined for one that is not in it. */
  enteredAt(record: RecordId): number | undefined;

  /**
   * Forgets records: who they were linked to is worked out without them, and nothing revives them.
   * @param erasure `records` are erasable, at most 2,000.
   */
  erase(erasure: DataOf<typeof RecordErased>): DecisionRun;

  /** Follows a person's decision about two rows: it holds from here on, for whatever records have their keys. */
  constrain(decision: ConstraintDecision): DecisionRun;

  /**
   * Decides everything anew: what this decider's strategy says of the live records, as the difference to what stands in a
   * ledger that another strategy decided. The adoption closes it.
   */
  relink(adopted: DataOf<typeof StrategyAdopted>): DecisionRun;

  /**
   * Revision at which the oldest record entered whose body is gone though no erasure names it; undefined where all is
   * well. With such a record, nothing can be decided.
   */
  readonly bodyMissingAt: number | undefined;

  /** Whether it still knows what erased records said: it came with their bodies, and goes when they are read anew. */
  readonly holdsErased: boolean;

  standingOf(submission: SubmissionId): SubmissionStanding;

  /**
   * Applies the next event of the ledger. `bodies` has those of the records that placements with commitments bring
   * in; they may be left out where this very engine has staged the rows. Events must be applied as whole decisions
   * before the next `begin`, `withdraw`, `erase`, `constrain` or `relink`.
   * A record that enters without either is taken in without tokens, and counts as bodiless until it is erased.
   */
  apply(event: LedgerEvent, bodies?: Bodies): void;
}

export interface SubmissionNotDecidable extends Error {
  readonly code: 'submission-not-decidable';
  readonly reason: 'unknown' | 'decided-already' | 'withdrawn-already';
}

export const isSubmissionNotDecidable = (error: unknown): error is SubmissionNotDecidable =>
  error instanceof Error && 'code' in error && error.code === 'submission-not-decidable';

export const submissionNotDecidable = (
  submission: string,
  reason: SubmissionNotDecidable['reason'],
): SubmissionNotDecidable =>
  Object.assign(new Error(`submission ${submission} cannot be decided: ${reason}`), {
    code: 'submission-not-decidable' as const,
    reason,
  });
