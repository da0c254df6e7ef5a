import {
  isLedgerEventType,
  ledgerContracts,
  readLedgerEvent,
  RecordBody,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { readBody } from './record-body.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * An event of our own ledger, as those who fold it see it. The store hands back the bytes that the linker wrote, from what
 * its contracts had checked: what is of its type's newest version is believed, an older version is read and brought up to
 * date. Bytes from anywhere else are for `readLedgerEvent`.
 * @throws UnreadableContract for an unknown type or version; SyntaxError or TypeError for bytes that are no JSON.
 */
export function ledgerEventOf(stored: { readonly type: string; readonly bytes: Uint8Array }): LedgerEvent {
  const event = JSON.parse(decoder.decode(stored.bytes)) as LedgerEvent;
  const known = isLedgerEventType(stored.type) ? ledgerContracts[stored.type] : undefined;
  return known !== undefined && event.type === stored.type && event.version === known.version
    ? event
    : readLedgerEvent(stored.bytes);
}

/** The row of a body that was written with its event; see `ledgerEventOf`. */
export const rowOf = ({ bytes }: { readonly bytes: Uint8Array }): PseudonymisedRow =>
  RecordBody.version === 1 ? (JSON.parse(decoder.decode(bytes)) as PseudonymisedRow) : readBody(bytes);
