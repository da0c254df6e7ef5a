import type { SubmissionId } from '@kinledger/contracts';

/** A staged chunk as it is walked: its bytes, and whether it ends its submission. */
export interface KeptChunk {
  readonly chunk: number;
  readonly last: boolean;
  readonly body: Uint8Array;
}

/** So many decisions may pass over rows in memory before they are taken for rows that nobody asks for. */
const PASSED_OVER = 5_000;

/**
 * Chunks that are staged durably, so that they need not be read back and unpacked. A cache and nothing else: what is not
 * in it is read from the database.
 *
 * When it is full, further chunks are not kept, rather than others let go: places are decided about in the order in
 * which rows come, so that what came last is needed last. What is decided goes at once. Rows may also be those of a
 * submission that is never asked for here, since it was parked before they came, or another process has decided it; so
 * that they do not take the room for ever, they go when many decisions have passed over them.
 */
export class KeptChunks {
  /** In the order in which submissions began to be kept. */
  readonly #submissions = new Map<SubmissionId, KeptSubmission>();
  #bytes = 0;
  #decisions = 0;
  readonly #limitBytes: number;

  /** @param limitBytes of messages. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Keeps a chunk if there is room. One that is kept already stays as it is. */
  keep(submission: SubmissionId, kept: KeptChunk): void {
    const bytes = kept.body.length;
    if (this.#bytes + bytes > this.#limitBytes) return;
    const held = this.#submissions.get(submission) ?? { chunks: new Map(), bytes: 0, since: this.#decisions };
    if (held.chunks.has(kept.chunk)) return;
    // A copy: the bytes may be a part of all that was fetched with them.
    held.chunks.set(kept.chunk, { ...kept, body: new Uint8Array(kept.body) });
    held.bytes += bytes;
    this.#bytes += bytes;
    this.#submissions.set(submission, held);
  }

  of(submission: SubmissionId, chunk: number): KeptChunk | undefined {
    return this.#submissions.get(submission)?.chunks.get(chunk);
  }

  /** Lets go of a submission that is decided, whatever became of it. */
  decided(submission: SubmissionId): void {
    this.#letGo(submission);
    this.#decisions += 1;
    for (const [other, { since }] of this.#submissions) {
      if (this.#decisions - since < PASSED_OVER) return;
      this.#letGo(other);
    }
  }

  letGoOfAll(): void {
    this.#submissions.clear();
    this.#bytes = 0;
  }

  #letGo(submission: SubmissionId): void {
    this.#bytes -= this.#submissions.get(submission)?.bytes ?? 0;
    this.#submissions.delete(submission);
  }
}

interface KeptSubmission {
  readonly chunks: Map<number, KeptChunk>;
  bytes: number;
  /** How many decisions there had been when its first chunk was kept. */
  readonly since: number;
}
