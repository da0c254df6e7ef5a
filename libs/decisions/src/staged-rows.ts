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

/** A row of which something is absent, and what a recorded submission still says of it. */
export type AbsentRow =
  /** It equalled the live record of its key, so that nothing of it was kept. */
  | { readonly absent: 'unchanged'; readonly record: RecordId }
  /** Tokens of it were erased since; the rest is there. */
  | { readonly absent: 'tokens'; readonly row: PseudonymisedRow }
  /** Its body was erased. */
  | { readonly absent: 'forgotten'; readonly placed: Pick<Placement, 'record' | 'rowKey' | 'role'> };

/** A chunk of a submission, as a decision reads it. Rows are identified by their ordinals within it. */
export interface DecidableChunk {
  readonly head: Pick<RowChunkHead, 'chunk' | 'refused'>;
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Undefined for a row that was cut out. */
  row(ordinal: number): PseudonymisedRow | AbsentRow | undefined;
  recordOf(ordinal: number): RecordId | undefined;
  committedBytes(ordinal: number): CommittedBytes | undefined;
  /** The ledger's commitments to a row that is not as it entered: its body was erased, or its tokens are stated anew. */
  recordedCommitments?(ordinal: number): Commitments | undefined;
  /** Number of further rows of which nothing was kept, because they repeat an earlier row of the file. */
  readonly repeated?: number;
  /** The bytes of the chunk without these rows. */
  withoutRows(ordinals: readonly number[]): Uint8Array;
}
