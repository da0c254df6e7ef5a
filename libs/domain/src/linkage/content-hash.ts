import type { PseudonymisedRow } from '@kinledger/contracts';
import { canonicalJson } from '../ledger/canonical-json.js';
import { sha256Hex } from '../ledger/hash-input.js';

/**
 * Hash of the content of a row, 128 bits of SHA-256 as 32 hex digits: role, tokens, derived tokens, attributes and facts.
 * The order of tokens, and of the tokens of one derivation, does not count, because rotating the keys changes it. Record
 * id, salt and key version do not count either. Two rows with the same row key and content are the same row.
 */
export function contentHashOf(row: PseudonymisedRow): string {
  const tokens = row.tokens.map(({ domain, use, token }) => `${domain} ${use} ${token}`).sort();
  const derived = row.derived.length === 0 ? '' : canonicalJson(inOrder(row.derived));
  return sha256Hex(
    `${row.role}\n${tokens.join('\n')}\n${derived}\n${canonicalJson(row.attributes)}\n${canonicalJson(row.facts)}`,
  ).slice(0, 32);
}

const inOrder = (derived: PseudonymisedRow['derived']): PseudonymisedRow['derived'] =>
  derived.map((entry) => ({ ...entry, tokens: [...entry.tokens].sort() }));
