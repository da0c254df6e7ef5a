import type { SubmissionId } from '@kinledger/contracts';

/** A staged chunk in memory: its bytes, and whether it is the submission's last. */
export interface KeptChunk {
  readonly chunk: number;
  readonly last: boolean;
  readonly body: Uint8Array;
}

/** After this number of decisions, rows in memory are assumed not to be needed. */
const PASSED_OVER = 5_000;

/**
 * A cache of durably staged chunks, so that they need not be read from the database and decompressed.
 *
 * When it is full, it rejects further chunks rather than evicting others: decisions follow the order of arrival, so the
 * latest chunks are needed last. The chunks of a decided submission are removed at once. Some submissions are never
 * read here, because they were parked before their rows came or another process decided them; their chunks are removed
 * after many other decisions.
 */
export class KeptChunks {
  /** In the order in which submissions were first cached. */
  readonly #submissions = new Map<SubmissionId, KeptSubmission>();
  #bytes = 0;
  #decisions = 0;
  readonly #limitBytes: number;

  /** @param limitBytes maximum bytes of messages. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Caches a chunk if there is room. One that is already cached stays unchanged. */
  keep(submission: SubmissionId, kept: KeptChunk): void {
    const bytes = kept.body.length;
    if (this.#bytes + bytes > this.#limitBytes) return;
    const held = this.#submissions.get(submission) ?? { chunks: new Map(), bytes: 0, since: this.#decisions };
    if (held.chunks.has(kept.chunk)) return;
    // Copied, because the bytes may be a slice of a whole fetch.
    held.chunks.set(kept.chunk, { ...kept, body: new Uint8Array(kept.body) });
    held.bytes += bytes;
    this.#bytes += bytes;
    this.#submissions.set(submission, held);
  }

  of(submission: SubmissionId, chunk: number): KeptChunk | undefined {
    return this.#submissions.get(submission)?.chunks.get(chunk);
  }

  /** Removes a submission that is decided, whatever its outcome. */
  decided(submission: SubmissionId): void {
    this.#letGo(submission);
    this.#decisions += 1;
    for (const [other, { since }] of this.#submissions) {
      if (this.#decisions - since < PASSED_OVER) return;
      this.#letGo(other);
    }
  }

  clear(): void {
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
  /** Number of decisions when its first chunk was cached. */
  readonly since: number;
}
