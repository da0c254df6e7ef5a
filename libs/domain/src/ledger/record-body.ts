import { read, RecordBody, unreadableContract, type PseudonymisedRow } from '@kinledger/contracts';
import { canonicalBytes } from './canonical-json.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes that are stored as a record's body: the canonical JSON of its row. */
export const bodyBytes = (row: PseudonymisedRow): Uint8Array => canonicalBytes(row);

/**
 * Reads a record's body.
 * @throws UnreadableContract for bytes that are no such row; the message names paths, never values.
 */
export function readBody(bytes: Uint8Array): PseudonymisedRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    throw unreadableContract(RecordBody.name, RecordBody.version, 'the body is not JSON in UTF-8');
  }
  return read(RecordBody, 1, parsed);
}
