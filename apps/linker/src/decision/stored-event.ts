import {
  isLedgerEventType,
  ledgerContracts,
  readLedgerEvent,
  RowPseudonymised,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { readBody } from '@kinledger/domain';
import type { RecordBody, StoredEvent } from '@kinledger/event-store';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * An event of our own ledger, as readers see it. The store hands back the bytes that this service wrote; what is of
 * its type's newest version is believed, older versions are read and brought up to date.
 */
export function ledgerEventOf(stored: StoredEvent): LedgerEvent {
  const event = JSON.parse(decoder.decode(stored.bytes)) as LedgerEvent;
  const known = isLedgerEventType(stored.type) ? ledgerContracts[stored.type] : undefined;
  return known !== undefined && event.type === stored.type && event.version === known.version
    ? event
    : readLedgerEvent(stored.bytes);
}

/** The row of a body that this service wrote with its event. */
export const rowOf = (body: RecordBody): PseudonymisedRow =>
  RowPseudonymised.version === 1
    ? (JSON.parse(decoder.decode(body.bytes)) as PseudonymisedRow)
    : readBody(body.bytes);
