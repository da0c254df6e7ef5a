/** The right to write a programme's ledger, for as long as it is renewed. */
export interface Lease {
  /** Grows by one each time that the lease changes hands. */
  readonly epoch: number;
  /** Aborts when the lease is lost, or may be: it could not be renewed in time. */
  readonly lost: AbortSignal;
  /** Gives it up, so that a standby need not wait for its end. Repeatable. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** How long a lease lasts without renewal. */
  readonly ttlMs: number;
  /** Told when the lease cannot be asked for or renewed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Elects one writer per programme. */
export interface Leases {
  /** Waits, as a standby, until the lease is ours. `undefined` when the signal aborts first. */
  acquire(programme: string, signal: AbortSignal): Promise<Lease | undefined>;
}
