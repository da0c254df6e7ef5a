/** A table of name frequencies, which lies beside the ledger: it can be erased, and changes with the key of its tokens. */
export interface NameTable {
  /** The hash by which models name it: 64 hex digits. */
  readonly id: string;
  /** The version of the key of its tokens. */
  readonly keyVersion: number;
  readonly bytes: Uint8Array;
}

/** The tables of name frequencies, for those who keep them: each belongs to one ledger, by the name of its stream. */
export interface NameTables {
  /** Those of a ledger, in the order of their ids. */
  all(stream: string): Promise<readonly NameTable[]>;
  /**
   * Keeps a table, in the place of one with the same id. One whose tokens are under a later key stays as it is: a rotation
   * of the ledger's key wrapped it.
   */
  keep(stream: string, table: NameTable): Promise<void>;
  /** @returns whether there was one. */
  erase(stream: string, id: string): Promise<boolean>;
}
