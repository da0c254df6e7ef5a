/** What stands in a ledger: enough to tell whether two are the same. */
export interface LedgerSummary {
  readonly stream: string;
  /** Events from revision 0 on. */
  readonly events: number;
  /** SHA-256 of their stored bytes, one after the other, in hex. */
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
  /** Record ids on the list of erasures: the linker erases them before any other service starts. */
  readonly erasures: { readonly records: number };
}

/** What a backup or a restore tells the process that started it. */
export type OperationMessage =
  | { readonly type: 'stage'; readonly text: string }
  | { readonly type: 'backed-up'; readonly report: BackupReport }
  | { readonly type: 'restored'; readonly report: RestoreReport }
  | { readonly type: 'failed'; readonly message: string };
