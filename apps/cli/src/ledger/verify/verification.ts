import type { Fault, Faults } from './faults.js';
import type { LedgerProof } from './ledger-proof.js';
import { formatVerifierKey, hashHex } from '@kinledger/domain';

/** A checkpoint from elsewhere. */
export interface OutsideCheckpoint {
  /** Its file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a verification found. */
export interface Verification {
  readonly stream: string;
  readonly first: number;
  /** Events that were checked. */
  readonly events: number;
  readonly checkpoints: number;
  /** Number of events that the largest checkpoint is about; 0 for none. */
  readonly signedUpTo: number;
  /** Root of the tree over all events that were taken, 64 hex digits. */
  readonly root: string;
  readonly key: string | undefined;
  readonly outsideCheckpoint: boolean;
  /** Bodies whose commitments were checked, and records without one that an erasure names; absent for an export. */
  readonly bodies?: { readonly checked: number; readonly erased: number };
  readonly faults: { readonly count: number; readonly first: readonly Fault[] };
}

/** Puts together what is common to every way to verify. */
export const verificationOf = (
  proof: LedgerProof,
  faults: Faults,
  rest: Pick<Verification, 'stream' | 'first' | 'events' | 'checkpoints' | 'outsideCheckpoint' | 'bodies'>,
): Verification => ({
  ...rest,
  signedUpTo: proof.largestCheckpoint,
  root: hashHex(proof.root),
  key: proof.key && formatVerifierKey(proof.key),
  faults: { count: faults.count, first: faults.first },
});
