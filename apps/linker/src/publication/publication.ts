/** Follows the ledger, to publish or sign it, until its signal aborts. */
export interface Publication {
  run(signal: AbortSignal): Promise<void>;
  /** Tells it that the ledger is durably closed up to this revision. */
  closedUpTo(revision: number): void;
}
