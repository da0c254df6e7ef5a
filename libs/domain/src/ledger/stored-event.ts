import {
  foreignEvent,
  isLedgerEventType,
  isUnreadableContract,
  ledgerContracts,
  readLedgerEvent,
  type LedgerEvent,
} from '@kinledger/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** An event as an event store hands it back. */
export interface StoredLedgerEvent {
  readonly id: string;
  readonly type: string;
  readonly revision: number;
  readonly bytes: Uint8Array;
}

/**
 * An event of our own ledger, as those who fold it see it. The store hands back the bytes that the linker wrote, from what
 * its contracts had checked: what names itself as the store does and is of its type's newest version is believed, an older
 * version is read and brought up to date. Bytes from anywhere else are for `readLedgerEvent`.
 * @throws ForeignEvent for what Kinledger did not write there; UnreadableContract for what a newer version of it wrote.
 */
export function ledgerEventOf(stored: StoredLedgerEvent, stream: string): LedgerEvent {
  const event = parsed(stored.bytes);
  if (!namesItself(event, stored)) throw foreignEvent(stream, stored);
  const known = isLedgerEventType(stored.type) ? ledgerContracts[stored.type] : undefined;
  if (known !== undefined && event.version === known.version) return event;
  return checkedLedgerEventOf(stored, stream);
}

/** The same, believing nothing: every member is looked at. */
export function checkedLedgerEventOf(stored: StoredLedgerEvent, stream: string): LedgerEvent {
  const event = parsed(stored.bytes);
  if (!namesItself(event, stored)) throw foreignEvent(stream, stored);
  try {
    return readLedgerEvent(stored.bytes);
  } catch (error) {
    if (isUnreadableContract(error) && isNewer(event)) throw error;
    throw foreignEvent(stream, stored);
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Every event of ours repeats in its bytes what the store keeps beside them. */
const namesItself = (event: unknown, { id, type, revision }: StoredLedgerEvent): event is LedgerEvent =>
  typeof event === 'object' &&
  event !== null &&
  'id' in event &&
  event.id === id &&
  'type' in event &&
  event.type === type &&
  'revision' in event &&
  event.revision === revision;

/** Of a type or version that only a later Kinledger can have written. */
const isNewer = ({ type, version }: { readonly type: string; readonly version: number }): boolean =>
  Number.isInteger(version) && (!isLedgerEventType(type) || version > ledgerContracts[type].version);
