import {
  foreignEvent,
  isLedgerEventType,
  isUnreadableContract,
  ledgerContracts,
  readLedgerEvent,
  type LedgerEvent,
} from '@kinledger/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** An event as the event store returns it. */
export interface StoredLedgerEvent {
  readonly id: string;
  readonly type: string;
  readonly revision: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads an event of our own ledger for those who fold it. The store returns bytes that the linker wrote after its
 * contracts had checked them, so an event whose bytes match the store's id, type and revision is trusted if it has the
 * newest version of its type. An older version is parsed and upcast. Use `readLedgerEvent` for bytes from anywhere
 * else.
 * @throws ForeignEvent if Kinledger did not write the event; UnreadableContract if a newer version of Kinledger did.
 */
export function ledgerEventOf(stored: StoredLedgerEvent, stream: string): LedgerEvent {
  const event = parsed(stored.bytes);
  if (!namesItself(event, stored)) throw foreignEvent(stream, stored);
  const known = isLedgerEventType(stored.type) ? ledgerContracts[stored.type] : undefined;
  if (known !== undefined && event.version === known.version) return event;
  return checkedLedgerEventOf(stored, stream);
}

/** The same, but trusts nothing: it checks every member. */
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

/** The bytes of each Kinledger event repeat the id, type and revision that the store keeps beside them. */
const namesItself = (event: unknown, { id, type, revision }: StoredLedgerEvent): event is LedgerEvent =>
  typeof event === 'object' &&
  event !== null &&
  'id' in event &&
  event.id === id &&
  'type' in event &&
  event.type === type &&
  'revision' in event &&
  event.revision === revision;

/** Whether only a later version of Kinledger can have written this type or version. */
const isNewer = ({ type, version }: { readonly type: string; readonly version: number }): boolean =>
  Number.isInteger(version) && (!isLedgerEventType(type) || version > ledgerContracts[type].version);
