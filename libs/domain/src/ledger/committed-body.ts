import type { Commitments, PseudonymisedRow, RecordId } from '@kinledger/contracts';
import { canonicalJson } from './canonical-json.js';
import { hashInput } from './hash-input.js';

type Commitment = Commitments['body'];

/** A record's body as it is stored, and what the ledger keeps of it. */
export interface CommittedBody {
  readonly record: RecordId;
  readonly bytes: Uint8Array;
  readonly commitments: Commitments;
}

/**
 * `bodyBytes` and `commitmentsOf` at once: their three texts share their members, and each member is put into
 * canonical form once. A property test holds this equal to the two.
 */
export function committedBody(row: PseudonymisedRow): CommittedBody {
  const attributes = canonicalJson(row.attributes);
  const derived = canonicalJson(row.derived);
  const facts = canonicalJson(row.facts);
  const keyVersion = canonicalJson(row.keyVersion);
  // Ids and salts are hexadecimal, roles are words: none of them needs an escape.
  const head = `"record":"${row.record}","role":"${row.role}","rowKey":"${row.rowKey}"`;
  const tokens = canonicalJson(row.tokens);
  return {
    record: row.record,
    bytes: Buffer.from(
      `{"attributes":${attributes},"derived":${derived},"facts":${facts},"keyVersion":${keyVersion},${head},"salt":"${row.salt}","tokens":${tokens}}`,
      'utf8',
    ),
    commitments: {
      body: commitment(row.salt, `{"attributes":${attributes},"facts":${facts},${head}}`),
      tokens: commitment(row.salt, `{"derived":${derived},"keyVersion":${keyVersion},"tokens":${tokens}}`),
    },
  };
}

/** SHA-256(salt, 16 bytes ‖ text in UTF-8). */
const commitment = (salt: string, text: string): Commitment =>
  hashInput.start().hex(salt).text(text).sha256Hex() as Commitment;
