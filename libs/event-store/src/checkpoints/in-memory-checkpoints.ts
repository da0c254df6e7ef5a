import {
  checkpointDiffers,
  HASH_BYTES,
  type Checkpoints,
  type KeptNote,
  type LastCheckpoint,
  type NewCheckpoint,
} from './checkpoints.js';

type Kept = NewCheckpoint & LastCheckpoint;

/** Checkpoints in memory only. */
export class InMemoryCheckpoints implements Checkpoints {
  readonly #streams = new Map<string, Map<number, Kept>>();

  async add(stream: string, checkpoint: NewCheckpoint): Promise<void> {
    const kept = this.#streams.get(stream) ?? new Map<number, Kept>();
    this.#streams.set(stream, kept);
    const there = kept.get(checkpoint.size);
    if (there === undefined) kept.set(checkpoint.size, { ...checkpoint, signedAt: new Date() });
    else if (Buffer.compare(there.note, checkpoint.note) !== 0)
      throw checkpointDiffers(stream, checkpoint.size);
  }

  async last(stream: string): Promise<LastCheckpoint | undefined> {
    return this.#sorted(stream).at(-1);
  }

  async notesAfter(stream: string, size: number, limit: number): Promise<KeptNote[]> {
    return this.#sorted(stream)
      .filter((kept) => kept.size > size)
      .slice(0, limit)
      .map((kept) => ({ size: kept.size, note: kept.note }));
  }

  async leaves(stream: string, from: number, to: number): Promise<(Uint8Array | undefined)[]> {
    const found = new Map<number, Uint8Array>();
    for (const { size, leaves } of this.#sorted(stream)) {
      const first = size - leaves.length / HASH_BYTES;
      for (let at = Math.max(first, from); at < Math.min(size, to); at += 1) {
        found.set(at, leaves.subarray((at - first) * HASH_BYTES, (at - first + 1) * HASH_BYTES));
      }
    }
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => found.get(from + index));
  }

  #sorted(stream: string): Kept[] {
    return [...(this.#streams.get(stream)?.values() ?? [])].sort((a, b) => a.size - b.size);
  }
}
