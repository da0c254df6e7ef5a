/** Publishes what is decided, for as long as its signal lets it. */
export interface Publication {
  run(signal: AbortSignal): Promise<void>;
  /** The ledger is closed up to this revision, durably. */
  closedUpTo(revision: number): void;
}
