/** Pairs of records with their scores in millibits, in flat arrays of one length. */
export interface ScoredPairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly scores: Int32Array;
}

/** What a partition of scored pairs follows. */
export interface ClusterRules {
  /** A total order of records that follows from their content, not from where they stand. */
  readonly compareRecords: (a: number, b: number) => number;
  /**
   * The score of any two records, in millibits: that of candidates is asked for too. Where the records are groups of
   * others, it may be below the score of their pair, and then speaks against it.
   */
  readonly scoreOf: (a: number, b: number) => number;
  /** Whether the scores of the pairs are those of their records, so that `scoreOf` need not be asked for them. */
  readonly scoresHold?: boolean;
  /** By record: a number of a source that holds nobody twice, from 1 to 30; 0 for other sources. Absent: no such source. */
  readonly uniqueSource?: Uint8Array;
}
