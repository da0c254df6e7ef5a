import { ledgerContracts, type LedgerDecision, type LedgerEventType } from '@kinledger/contracts';
import { canonicalJson } from './canonical-json.js';
import { eventIdOf } from './ledger-ids.js';

/** A decision and its place: what its stored bytes depend on, and nothing else. */
export type PlacedDecision = LedgerDecision & {
  /** Position in the programme's stream. */
  readonly revision: number;
  /** Time of the causing message (its ce_time): the linker reads no clock. */
  readonly time: string;
  /** ce_id of the causing message, or `definition:<digest>`. */
  readonly cause: string;
  /** Number of this event among those of its cause, from 0. */
  readonly ordinal: number;
};

/** An event as the event store takes it. */
export interface EncodedLedgerEvent {
  readonly id: string;
  readonly type: LedgerEventType;
  readonly bytes: Uint8Array;
}

/**
 * The bytes of a ledger event, fixed for ever: the RFC 8785 canonical JSON of {id, type, version, revision, time,
 * cause, data}. Data is believed to be the newest shape of its type.
 */
export function encodeLedgerEvent(event: PlacedDecision): EncodedLedgerEvent {
  const id = eventIdOf(event.cause, event.ordinal);
  // The members in canonical order, written out: sorting seven known names for every event costs a tenth of the whole.
  const text = `{"cause":${canonicalJson(event.cause)},"data":${canonicalJson(event.data)},"id":"${id}","revision":${event.revision},"time":${canonicalJson(event.time)},"type":"${event.type}","version":${ledgerContracts[event.type].version}}`;
  return { id, type: event.type, bytes: Buffer.from(text, 'utf8') };
}
