/** Everything that a snapshot depends on, besides its programme: it is valid only if every part is the same. */
export interface SnapshotGround {
  /** Revision of the closing event at which it was taken. */
  readonly position: number;
  /** Root of the RFC 9162 tree over the ledger's events up to `position`, as read back. 64 hex digits. */
  readonly treeRoot: string;
  /** Digest of the engine's strategy. */
  readonly strategy: string;
  /** Digest of the engine's programme definition. */
  readonly definition: string;
  /** Digest of the program that wrote it. */
  readonly code: string;
  /** Versions of the token keys in a sample of the bodies. */
  readonly keyVersions: string;
  /** Number of bodies up to `position`, so that a missing one is noticed. */
  readonly bodies: number;
  readonly byteOrder: string;
}

export interface StoredSnapshot {
  readonly ground: SnapshotGround;
  /**
   * The written pieces, in order.
   * @throws SnapshotDamaged if the snapshot is incomplete or changed, possibly only after the last piece.
   */
  pieces(): AsyncIterable<Uint8Array>;
}

/** Stores one snapshot per programme, for every linker that may write its ledger. */
export interface Snapshots {
  newest(programme: string): Promise<StoredSnapshot | undefined>;

  /**
   * Writes a snapshot, which replaces the previous one only once it is complete.
   * @param fill supplies pieces of at most 4 MiB, each valid until `take` resolves.
   * @throws if it was discarded meanwhile, and what `fill` throws; the previous snapshot then stays, if it still
   * exists.
   */
  write(
    programme: string,
    ground: SnapshotGround,
    fill: (take: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void>;

  /** Deletes the snapshot, including one that is being written. */
  discard(programme: string): Promise<void>;
}

export interface SnapshotDamaged extends Error {
  readonly code: 'snapshot-damaged';
}

export const snapshotDamaged = (): SnapshotDamaged =>
  Object.assign(new Error('the snapshot is damaged'), { code: 'snapshot-damaged' as const });

export const isSnapshotDamaged = (error: unknown): error is SnapshotDamaged =>
  error instanceof Error && 'code' in error && error.code === 'snapshot-damaged';
