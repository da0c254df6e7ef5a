import type { Commitments, PseudonymisedRow } from '@kinledger/contracts';
import { canonicalJson } from './canonical-json.js';
import { hashInput } from './hash-input.js';

type Commitment = Commitments['body'];

/**
 * What the ledger keeps of a record that may be forgotten: two SHA-256 that nobody can guess back once the salt is
 * gone, and that prove the body as long as it is there. Tokens apart from the rest, since a change of keys renews them.
 */
export const commitmentsOf = (row: PseudonymisedRow): Commitments => ({
  body: commitment(row.salt, {
    attributes: row.attributes,
    facts: row.facts,
    record: row.record,
    role: row.role,
    rowKey: row.rowKey,
  }),
  tokens: commitment(row.salt, { derived: row.derived, keyVersion: row.keyVersion, tokens: row.tokens }),
});

/** SHA-256(salt, 16 bytes ‖ canonical JSON in UTF-8). */
const commitment = (salt: string, value: object): Commitment =>
  hashInput.start().hex(salt).text(canonicalJson(value)).sha256Hex() as Commitment;
