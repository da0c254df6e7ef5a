import {
  committedBytesOf,
  type Commitments,
  type CommittedBytes,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { sha256Hex } from './hash-input.js';

type Commitment = Commitments['body'];

/**
 * What the ledger keeps of a record that may be erased: two SHA-256 commitments. They prove the body as long as it
 * exists, and nobody can guess the body from them once the salt is gone. Tokens have a commitment of their own, because
 * key rotation renews them.
 */
export const commitmentsOf = (row: PseudonymisedRow): Commitments => commitmentsTo(committedBytesOf(row));

/** The same, from the bytes that a row chunk gives. They begin with the salt. */
export const commitmentsTo = ({ body, tokens }: CommittedBytes): Commitments => ({
  body: sha256Hex(body) as Commitment,
  tokens: sha256Hex(tokens) as Commitment,
});
