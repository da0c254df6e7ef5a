import type {
  CarerTokensErased,
  DataOf,
  DatasetId,
  IndividualId,
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
import type { Comparison } from './compare-records.js';
import type { Considered, MetByToken } from './consider-record.js';
import type { MatchWeights } from './pair-account.js';
import type { PersonSought, PersonsFound } from './persons-found.js';
import type { PairRelation } from './relate-records.js';
import type { Strategy } from './strategy.js';

/** A set of services. Only their records are evidence for the scope's families (domain §4). */
export interface FamilyScope {
  readonly scope: string;
  readonly services: readonly string[];
}

/** What the engine's decisions depend on besides the ledger. Both are parts of the programme definition. */
export interface LinkageEngineOptions {
  readonly strategy: Strategy;
  /** At most 30. The scope `programme` always exists and is not listed. */
  readonly familyScopes: readonly FamilyScope[];
}

/**
 * One event of a decision, in ledger order. Its revision is the `nextRevision` given to `decide` plus its index. `rows`
 * are the ordinals (from 0, in staging order) of the rows whose records enter the ledger with this event, one for each
 * placement: the writer adds their commitments to the data and stores their bodies. For any other event, `rows` is
 * `null` and the data is complete. Ordinals ascend, so a second reading of the rows in order is enough.
 */
export interface Draft {
  readonly decision: LedgerDecision;
  readonly rows: readonly number[] | null;
}

/** The bodies of records, by record id. */
export interface Bodies {
  get(record: RecordId): PseudonymisedRow | undefined;
  /** Whether tokens of the record were erased by a later event, so that its body is no longer as it entered. */
  lacksTokens?(record: RecordId): boolean;
}

/** A person's decision about two rows, as a ledger event. */
export type ConstraintDecision = Extract<
  LedgerDecision,
  { readonly type: 'LinkForbidden' | 'LinkReviewed' | 'LinkAllowed' }
>;

/** Yields each event of the decision, the closing event last. The caller may `apply` each event as it is yielded. */
export interface DecisionRun {
  decide(nextRevision: number): Generator<Draft, void, undefined>;
}

/** The data of a withdrawal, without the counts of its records. */
export type Withdrawal = Omit<DataOf<typeof SubmissionWithdrawn>, 'retired' | 'revived'>;

/**
 * A submission being decided: stage every row in row order, then decide. Staging does not change the state that
 * decisions read.
 */
export interface SubmissionRun extends DecisionRun {
  /** The number of rows staged so far. */
  readonly rows: number;
  /**
   * Assigns the following rows to the chunk with this number; no event places rows of two chunks. Without a call, all
   * rows belong to chunk 0.
   */
  beginChunk(number: number): void;
  stage(row: PseudonymisedRow): void;
  /** Stages a row of which tokens were erased since: its content equals no other row. */
  stagePartly(row: PseudonymisedRow): void;
  /**
   * Stages a row of which nothing is stored because it equalled the live record of its row key. Stages nothing if that
   * record is not live.
   */
  stageUnchanged(record: RecordId): void;
  /** Stages a row whose body is erased: it has no tokens, and its content equals no other row. */
  stageForgotten(placed: Pick<PseudonymisedRow, 'record' | 'rowKey' | 'role'>): void;
  /** Counts rows of which nothing is stored because they repeated an earlier row of their file. */
  countRepeated(rows: number): void;
  /**
   * Records that a row with this key refuses consent. The refusal applies to every row of the submission with that key.
   */
  refuse(rowKey: RowKey): void;
}

export type SubmissionStanding = 'unknown' | 'standing' | 'superseded' | 'withdrawn';

/** The size of the index, and the bytes allocated for it. */
export interface LinkageEngineSize {
  readonly records: number;
  readonly rowKeys: number;
  readonly tokens: number;
  readonly individuals: number;
  readonly bytes: Readonly<
    Record<'tokens' | 'records' | 'rowKeys' | 'individuals' | 'kinship' | 'referrals' | 'candidates', number>
  >;
}

/**
 * The linker's decider: `begin`, `withdraw`, `erase`, `eraseCarerTokens`, `constrain` and `relink` decide, and `apply` evolves the state.
 * It uses no I/O, clock or randomness: the state is a function of the applied events, whether they were just decided or
 * are read back after a restart. Between decisions, its state can pass through an archive into a fresh decider with the
 * same options.
 */
export interface LinkageDecider extends Archived {
  readonly size: LinkageEngineSize;

  /**
   * Starts to decide a submission.
   * @param file the data of the accepted file. The upload's random id stays out of the ledger.
   * @throws SubmissionNotDecidable if the submission has already been decided.
   */
  begin(file: DataOf<typeof SubmissionReceived>): SubmissionRun;

  /** @throws SubmissionNotDecidable if the submission is unknown or already withdrawn. */
  withdraw(command: Withdrawal): DecisionRun;

  /** The distinct records among these that are in the ledger and not erased. */
  erasable(records: readonly RecordId[]): RecordId[];

  /** Whom identifiers name, and every record of theirs that may be erased. */
  findPersons(sought: PersonSought): PersonsFound;

  /** The revision of the event that brought a record into the ledger; undefined if it is not in the ledger. */
  enteredAt(record: RecordId): number | undefined;

  /** The row that a record holds, and its dataset; undefined for a record that never entered the ledger. */
  rowOf(record: RecordId): { readonly rowKey: RowKey; readonly dataset: DatasetId } | undefined;

  /** The individual to which a record belongs, or belonged last; undefined for one that is set aside or unknown. */
  individualOf(record: RecordId): IndividualId | undefined;

  /**
   * What the strategy has before it when it places a live record, as the ledger stands; undefined for any other. Records of datasets that
   * are not shown are left out, as if they were not there.
   */
  consider(record: RecordId, isShown: (dataset: DatasetId) => boolean): Considered | undefined;

  /**
   * The person record of its individual to which the strongest identifier links a live record, among those of datasets that are shown;
   * undefined if no identifier links it to one.
   * @param isMeant which of these records count; by default all.
   */
  metByToken(
    record: RecordId,
    isShown: (dataset: DatasetId) => boolean,
    isMeant?: (record: RecordId) => boolean,
  ): MetByToken | undefined;

  /**
   * What the individuals of two live records say of themselves side by side, as the ledger stands: by kind, never a
   * value. Rows of datasets that are not shown are left out. Undefined unless both records are live.
   */
  compare(
    subject: RecordId,
    candidate: RecordId,
    isShown: (dataset: DatasetId) => boolean,
  ): Comparison | undefined;

  /**
   * Whether two live person records belong to one individual, as the ledger stands, and why. Records of datasets that are
   * not shown are left out, as if they were not there. Undefined unless both are live person records that are shown.
   */
  relate(one: RecordId, other: RecordId, isShown: (dataset: DatasetId) => boolean): PairRelation | undefined;

  /**
   * How levels that the ledger states came to the score that it states with them; undefined if they do not come to it under
   * the strategy of this decider.
   */
  weighLevels(levels: Readonly<Record<string, string>>, score: number): MatchWeights | undefined;

  /**
   * Erases records: links are worked out again without them, and nothing revives them.
   * @param erasure its `records` are erasable, and at most 2,000.
   */
  erase(erasure: DataOf<typeof RecordErased>): DecisionRun;

  /**
   * Erases carer tokens of records that stay: relationships and families are worked out again without them.
   * @param remaining the records' rows as they will be; a record without one is taken as it is.
   */
  eraseCarerTokens(erasure: DataOf<typeof CarerTokensErased>, remaining: Bodies): DecisionRun;

  /** Applies a person's decision about two row keys. It binds every record that has one of these keys from now on. */
  constrain(decision: ConstraintDecision): DecisionRun;

  /**
   * Decides everything again: yields the differences between what this decider's strategy gives for the live records
   * and what another strategy left in the ledger. The adoption is the closing event.
   */
  relink(adopted: DataOf<typeof StrategyAdopted>): DecisionRun;

  /**
   * The revision at which the oldest record entered whose body is missing although no erasure names it; undefined if
   * there is none. While there is such a record, the decider cannot decide anything.
   */
  readonly bodyMissingAt: number | undefined;

  /**
   * Whether the index still holds what was erased. It read the bodies before the erasure; reading the ledger again
   * without what was erased removes it.
   */
  readonly holdsErased: boolean;

  standingOf(submission: SubmissionId): SubmissionStanding;

  /**
   * Applies the next event of the ledger. `bodies` holds the bodies of records that placements with commitments bring
   * in; omit them only if this very engine staged the rows. Apply whole decisions before the next `begin`, `withdraw`,
   * `erase`, `constrain` or `relink`. A record that enters with neither a staged row nor a body gets no tokens, and
   * counts as bodiless until it is erased.
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
