/** A table of name frequencies, which lies beside the ledger: it can be erased, and changes with the key of its tokens. */
export interface NameTable {
  /** The hash by which models name it: 64 hex digits. */
  readonly id: string;
  /** The version of the key of its tokens. */
  readonly keyVersion: number;
  readonly bytes: Uint8Array;
}

/** The tables of name frequencies, for those who keep them. */
export interface NameTables {
  all(): Promise<readonly NameTable[]>;
  /** Keeps a table, in the place of one with the same id. */
  keep(table: NameTable): Promise<void>;
  /** @returns whether there was one. */
  erase(id: string): Promise<boolean>;
}
