/** A checkpoint of a stream, as it is added. */
export interface NewCheckpoint extends KeptNote {
  /** Roots of the complete subtrees over the events up to `size`, one behind the other: a signer goes on from them. */
  readonly frontier: Uint8Array;
  /** Hashes of the leaves that came since the checkpoint before, one behind the other. */
  readonly leaves: Uint8Array;
}

/** The signed note of a checkpoint. */
export interface KeptNote {
  /** Number of events that it is about. */
  readonly size: number;
  readonly note: Uint8Array;
}

export interface LastCheckpoint extends KeptNote {
  readonly frontier: Uint8Array;
  readonly signedAt: Date;
}

/** The checkpoints of streams, which are only ever added to. Beside the ledger, whatever store that is in. */
export interface Checkpoints {
  /**
   * Adds a checkpoint. The same note again changes nothing.
   * @throws CheckpointDiffers where another note stands at that size.
   */
  add(stream: string, checkpoint: NewCheckpoint): Promise<void>;

  /** The checkpoint of most events. */
  last(stream: string): Promise<LastCheckpoint | undefined>;

  /** Up to `limit` notes of more than `size` events, the smallest first. */
  notesAfter(stream: string, size: number, limit: number): Promise<KeptNote[]>;

  /**
   * Hashes of leaves `from` to `to` (not included), as they were when they were signed, each at its place; a place is
   * empty where no checkpoint was signed since.
   */
  leaves(stream: string, from: number, to: number): Promise<(Uint8Array | undefined)[]>;
}

/** Two notes about the same number of events: whoever signed both has told two stories. */
export interface CheckpointDiffers extends Error {
  readonly code: 'checkpoint-differs';
  readonly size: number;
}

/** Length of each hash in `frontier` and `leaves`. */
export const HASH_BYTES = 32;

export const isCheckpointDiffers = (error: unknown): error is CheckpointDiffers =>
  error instanceof Error && 'code' in error && error.code === 'checkpoint-differs';

export const checkpointDiffers = (stream: string, size: number): CheckpointDiffers =>
  Object.assign(new Error(`another checkpoint of ${size} events of ${stream} was signed before`), {
    code: 'checkpoint-differs' as const,
    size,
  });
