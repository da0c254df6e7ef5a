import type { RowChunk, SubmissionId } from '@kinledger/contracts';

/** Where the rows of submissions are read that are decided. */
export interface StagedRows {
  /**
   * A submission's chunks in order, a bounded part of them at a time. May be walked more than once. Fewer come where another
   * process settles the submission meanwhile.
   */
  chunksOf(submission: SubmissionId): AsyncIterable<RowChunk>;
}
