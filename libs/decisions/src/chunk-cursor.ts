import type { SubmissionId } from '@kinledger/contracts';
import { stagedRowsDiffer } from './errors.js';
import type { DecidableChunk, StagedRows } from './staged-rows.js';

/** Rows of one chunk, by their ordinals within it. */
export interface ChunkRows {
  readonly chunk: DecidableChunk;
  readonly ordinals: readonly number[];
}

/** Reads a submission's chunks a second time, in order, one at a time. */
export class ChunkCursor {
  readonly #chunks: AsyncIterator<DecidableChunk>;
  readonly #submission: SubmissionId;
  #chunk: DecidableChunk | undefined;
  /** Ordinal within the submission of the chunk's first row. */
  #first = 0;

  constructor(staged: StagedRows, submission: SubmissionId) {
    this.#submission = submission;
    this.#chunks = staged.chunksOf(submission)[Symbol.asyncIterator]();
  }

  /**
   * Returns rows of one chunk by their ordinals within the submission; ordinals must increase from call to call.
   * @throws StagedRowsDiffer if the chunk does not have them.
   */
  async rowsAt(ordinals: readonly number[]): Promise<ChunkRows> {
    const [first = 0] = ordinals;
    let chunk = this.#chunk;
    while (chunk === undefined || first - this.#first >= chunk.count) {
      this.#first += chunk?.count ?? 0;
      const next = await this.#chunks.next();
      if (next.done === true) throw stagedRowsDiffer(this.#submission);
      chunk = next.value;
      this.#chunk = chunk;
    }
    const { count } = chunk;
    const local = ordinals.map((ordinal) => ordinal - this.#first);
    if (local.some((ordinal) => ordinal < 0 || ordinal >= count)) throw stagedRowsDiffer(this.#submission);
    return { chunk, ordinals: local };
  }
}
