import type {
  Commitments,
  CommittedBytes,
  Placement,
  PseudonymisedRow,
  RecordId,
  RowChunkHead,
  SubmissionId,
} from '@kinledger/contracts';

/** Reads the rows of submissions to decide. */
export interface StagedRows {
  /**
   * A submission's chunks in order, a bounded number in memory. May be iterated more than once. Yields fewer if another
   * process settles the submission meanwhile.
   */
  chunksOf(submission: SubmissionId): AsyncIterable<DecidableChunk>;
}

/** A row whose body is not there: what a recorded submission says of it all the same. */
export type AbsentRow =
  /** It said what the live record of its key said, and nothing of it was kept. */
  | { readonly absent: 'unchanged'; readonly record: RecordId }
  /** Its body is erased. */
  | { readonly absent: 'forgotten'; readonly placed: Pick<Placement, 'record' | 'rowKey' | 'role'> };

/** A chunk of a submission, as a decision reads it. Rows are named by their ordinals in it. */
export interface DecidableChunk {
  readonly head: Pick<RowChunkHead, 'chunk' | 'refused'>;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Undefined for a row that was cut out. */
  row(ordinal: number): PseudonymisedRow | AbsentRow | undefined;
  recordOf(ordinal: number): RecordId | undefined;
  committedBytes(ordinal: number): CommittedBytes | undefined;
  /** Commitments that the ledger has to a row whose body is erased. */
  recordedCommitments?(ordinal: number): Commitments | undefined;
  /** How many further rows there were of which nothing was kept, since an earlier row of the file said the same. */
  readonly repeated?: number;
  /** The bytes of the chunk without these rows. */
  withoutRows(ordinals: readonly number[]): Uint8Array;
}
