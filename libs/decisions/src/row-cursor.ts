import type { PseudonymisedRow, SubmissionId } from '@kinledger/contracts';
import { stagedRowsDiffer } from './errors.js';
import type { StagedChunk, StagedRows } from './staged-rows.js';

/** Walks a submission's rows once more, in order, with one page of chunks in memory. */
export class RowCursor {
  readonly #chunks: AsyncIterator<StagedChunk>;
  #rows: readonly PseudonymisedRow[] = [];
  #first = 0;
  readonly #submission: SubmissionId;

  constructor(staged: StagedRows, submission: SubmissionId) {
    this.#submission = submission;

    this.#chunks = staged.chunksOf(submission)[Symbol.asyncIterator]();
  }

  /** The row with this ordinal, if it is in the chunk at hand: most are. */
  here(ordinal: number): PseudonymisedRow | undefined {
    return this.#rows[ordinal - this.#first];
  }

  /**
   * The row with this ordinal. Ordinals are asked for in rising order.
   * @throws StagedRowsDiffer when there is none.
   */
  async at(ordinal: number): Promise<PseudonymisedRow> {
    for (;;) {
      const row = this.here(ordinal);
      if (row !== undefined) return row;
      const next = await this.#chunks.next();
      if (next.done === true) throw stagedRowsDiffer(this.#submission);
      this.#first += this.#rows.length;
      this.#rows = next.value.rows;
    }
  }
}
