import { pseudonymisedRow, unreadableContract, type PseudonymisedRow } from '@kinledger/contracts';
import { canonicalBytes } from './canonical-json.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes that are stored as a record's body: the canonical JSON of its row. */
export const bodyBytes = (row: PseudonymisedRow): Uint8Array => canonicalBytes(row);

/**
 * Reads a record's body. Bodies carry no version: this is the first shape, and a later one will name itself.
 * @throws UnreadableContract for bytes that are no such row; the message names paths, never values.
 */
export function readBody(bytes: Uint8Array): PseudonymisedRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    throw unreadableContract('PseudonymisedRow', 1, 'the body is not JSON in UTF-8');
  }
  const row = pseudonymisedRow.safeParse(parsed);
  if (row.success) return row.data;
  const where = row.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.code}`);
  throw unreadableContract('PseudonymisedRow', 1, where.join('; '));
}
