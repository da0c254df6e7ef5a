import {
  committedBytesOf,
  type Commitments,
  type CommittedBytes,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { sha256Hex } from './hash-input.js';

type Commitment = Commitments['body'];

/**
 * What the ledger keeps of a record that may be forgotten: two SHA-256 that nobody can guess back once the salt is
 * gone, and that prove the body as long as it is there. Tokens apart from the rest, since a change of keys renews them.
 */
export const commitmentsOf = (row: PseudonymisedRow): Commitments => commitmentsTo(committedBytesOf(row));

/** The same, of the bytes that a row chunk gives: they begin with the salt. */
export const commitmentsTo = ({ body, tokens }: CommittedBytes): Commitments => ({
  body: sha256Hex(body) as Commitment,
  tokens: sha256Hex(tokens) as Commitment,
});
