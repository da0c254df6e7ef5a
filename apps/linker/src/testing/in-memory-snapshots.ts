import {
  snapshotDamaged,
  type SnapshotGround,
  type Snapshots,
  type StoredSnapshot,
} from '../snapshot/snapshots.js';

interface Kept {
  readonly ground: SnapshotGround;
  readonly pieces: Uint8Array[];
}

/** Snapshots for tests without a database, which may examine and damage them. */
export class InMemorySnapshots implements Snapshots {
  readonly whole = new Map<string, Kept>();
  readonly #writing = new Map<string, Set<Kept>>();

  newest(programme: string): Promise<StoredSnapshot | undefined> {
    const kept = this.whole.get(programme);
    if (kept === undefined) return Promise.resolve(undefined);
    const count = kept.pieces.length;
    return Promise.resolve({
      ground: kept.ground,
      pieces: async function* () {
        for (let piece = 0; piece < count; piece += 1) {
          const bytes = await Promise.resolve(kept.pieces[piece]);
          if (bytes === undefined) throw snapshotDamaged();
          yield bytes;
        }
      },
    });
  }

  async write(
    programme: string,
    ground: SnapshotGround,
    fill: (take: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const kept: Kept = { ground, pieces: [] };
    const writing = this.#writing.get(programme) ?? new Set();
    this.#writing.set(programme, writing.add(kept));
    const requireWanted = () => {
      if (!writing.has(kept)) throw new Error('the snapshot was discarded while it was written');
    };
    await fill((piece) => {
      requireWanted();
      kept.pieces.push(piece.slice());
      return Promise.resolve();
    });
    requireWanted();
    writing.clear();
    this.whole.set(programme, kept);
  }

  discard(programme: string): Promise<void> {
    this.#writing.get(programme)?.clear();
    this.whole.delete(programme);
    return Promise.resolve();
  }
}
