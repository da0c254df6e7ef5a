/** All that a snapshot depends on, besides its programme: it is valid only where every part is the same. */
export interface SnapshotGround {
  /** Revision of the closing event that it stands at. */
  readonly position: number;
  /** Root of the RFC 9162 tree over the ledger's events up to `position`, as read back. 64 hex digits. */
  readonly treeRoot: string;
  /** Digest of the strategy that the engine decides by. */
  readonly strategy: string;
  /** Digest of the programme definition that the engine was given. */
  readonly definition: string;
  /** Digest of the program that wrote it. */
  readonly code: string;
  /** Versions of the token keys that the bodies bear, as a sample of them says. */
  readonly keyVersions: string;
  /** How many bodies there are up to `position`: none may go missing unnoticed. */
  readonly bodies: number;
  readonly byteOrder: string;
}

export interface StoredSnapshot {
  readonly ground: SnapshotGround;
  /**
   * What was written, in order.
   * @throws SnapshotDamaged when it is not whole: at the end, or before.
   */
  pieces(): AsyncIterable<Uint8Array>;
}

/** Where snapshots are kept: one for each programme, for every linker that may write its ledger. */
export interface Snapshots {
  newest(programme: string): Promise<StoredSnapshot | undefined>;

  /**
   * Writes a snapshot. It takes the place of the one before when it is whole, and not before.
   * @param fill hands over pieces of at most 4 MiB, each valid until it is taken.
   * @throws when it was discarded meanwhile, and whatever `fill` throws: then the one before stands, if it still does.
   */
  write(
    programme: string,
    ground: SnapshotGround,
    fill: (take: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void>;

  /** Deletes what there is, what is being written included. */
  discard(programme: string): Promise<void>;
}

export interface SnapshotDamaged extends Error {
  readonly code: 'snapshot-damaged';
}

export const snapshotDamaged = (): SnapshotDamaged =>
  Object.assign(new Error('the snapshot is not what was written'), { code: 'snapshot-damaged' as const });

export const isSnapshotDamaged = (error: unknown): error is SnapshotDamaged =>
  error instanceof Error && 'code' in error && error.code === 'snapshot-damaged';
