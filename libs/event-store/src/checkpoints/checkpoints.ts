/** A checkpoint to add to a stream. */
export interface NewCheckpoint extends KeptNote {
  /** Root hashes of the complete subtrees over the events up to `size`, concatenated: a signer continues from them. */
  readonly frontier: Uint8Array;
  /** Leaf hashes of the events since the previous checkpoint, concatenated. */
  readonly leaves: Uint8Array;
}

/** The signed note of a checkpoint. */
export interface KeptNote {
  /** Number of events that the checkpoint covers. */
  readonly size: number;
  readonly note: Uint8Array;
}

export interface LastCheckpoint extends KeptNote {
  readonly frontier: Uint8Array;
  readonly signedAt: Date;
}

/** The checkpoints of streams: append-only, and beside the ledger, whichever store holds its events. */
export interface Checkpoints {
  /**
   * Adds a checkpoint. Adding the same note again changes nothing.
   * @throws CheckpointDiffers if another note was added for that size.
   */
  add(stream: string, checkpoint: NewCheckpoint): Promise<void>;

  /** The checkpoint with the most events. */
  last(stream: string): Promise<LastCheckpoint | undefined>;

  /** Up to `limit` notes that cover more than `size` events, smallest first. */
  notesAfter(stream: string, size: number, limit: number): Promise<KeptNote[]>;

  /**
   * Hashes of leaves `from` to `to` (exclusive), as they were when signed, indexed from `from`. An element is undefined
   * if no checkpoint covers its leaf.
   */
  leaves(stream: string, from: number, to: number): Promise<(Uint8Array | undefined)[]>;
}

/** Two notes cover the same number of events: whoever signed both has vouched for two different histories. */
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
