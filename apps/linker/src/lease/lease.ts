/** The right to write a programme's ledger while it is renewed. */
export interface Lease {
  /** Grows by one each time the lease changes its holder. */
  readonly epoch: number;
  /** Aborts when the lease is lost, or may be because it could not be renewed in time. */
  readonly lost: AbortSignal;
  /** Releases it, so that a standby need not wait until it expires. Idempotent. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** How long a lease lasts without renewal. */
  readonly ttlMs: number;
  /** Called when acquiring or renewing fails; both are retried. */
  readonly onError: (error: unknown) => void;
}

/** Elects one writer per programme. */
export interface Leases {
  /** Waits, as a standby, until it holds the lease. `undefined` if the signal aborts first. */
  acquire(programme: string, signal: AbortSignal): Promise<Lease | undefined>;
}
