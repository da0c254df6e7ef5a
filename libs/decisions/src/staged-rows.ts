import type { PseudonymisedRow, RowKey, SubmissionId } from '@kinledger/contracts';

/** A part of a submission's rows, in row order. */
export interface StagedChunk {
  readonly chunk: number;
  readonly rows: readonly PseudonymisedRow[];
  /** Keys of rows that refuse consent. */
  readonly refused: readonly RowKey[];
}

/** Where the rows of submissions are read that are decided. */
export interface StagedRows {
  /**
   * A submission's rows in order, a bounded part of them at a time. May be walked more than once. Fewer come where another
   * process settles the submission meanwhile.
   */
  chunksOf(submission: SubmissionId): AsyncIterable<StagedChunk>;
}
