import type { SigningKeyInForce } from '@kinledger/domain';

/** Follows the ledger, to publish or sign it, until its signal aborts. */
export interface Publication {
  run(signal: AbortSignal): Promise<void>;
  /**
   * Tells it that the ledger is durably closed up to this revision.
   * @param quarters revisions at which quarters are closed, so far.
   * @param keys the ledger’s signing keys, so far.
   * @param erasures how many decisions have erased something, so far.
   */
  closedUpTo(
    revision: number,
    quarters: readonly number[],
    keys: readonly SigningKeyInForce[],
    erasures: number,
  ): void;
}
