/** A summary by which two ledgers can be compared. */
export interface LedgerSummary {
  readonly stream: string;
  /** Number of events. */
  readonly events: number;
  /** SHA-256 of the stored bytes of all events, concatenated, in hex. */
  readonly sha256: string;
}

export interface BackupReport {
  readonly backup: string;
  /** Where the keys were copied to, if they were. */
  readonly keys: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly ledgers: readonly LedgerSummary[];
}

export interface RestoreReport {
  readonly home: string;
  readonly madeAt: string;
  readonly ledgers: readonly LedgerSummary[];
  /** Number of record ids on the list of erasures, which the linker erases before any other service starts. */
  readonly erasures: { readonly records: number };
  /** Marks of people on the list of suppressions: their rows go no further. */
  readonly suppressions: { readonly marks: number };
}

export interface KeyReport {
  readonly keyVersion: number;
  readonly file: string;
  /** False if it was there already. */
  readonly created: boolean;
}

export interface SigningKeyReport {
  readonly file: string;
  /** The key in force, which signs the change. */
  readonly previousFile: string;
}

/** Messages of an operation on a home to the process that started it. */
export type OperationMessage =
  | { readonly type: 'stage'; readonly text: string }
  | { readonly type: 'backed-up'; readonly report: BackupReport }
  | { readonly type: 'restored'; readonly report: RestoreReport }
  | { readonly type: 'key-created'; readonly report: KeyReport }
  | { readonly type: 'signing-key-created'; readonly report: SigningKeyReport }
  | { readonly type: 'failed'; readonly message: string };
