import { ledgerContracts, type LedgerDecision, type LedgerEventType } from '@kinledger/contracts';
import { canonicalJson } from './canonical-json.js';
import { eventIdOf } from './ledger-ids.js';

/** A decided event and its place in the ledger. Its stored bytes depend on nothing else. */
export type PlacedDecision = LedgerDecision & {
  /** Position in the programme's stream. */
  readonly revision: number;
  /** The ce_time of the causing message: the linker reads no clock. */
  readonly time: string;
  /** ce_id of the causing message, or `definition:<digest>`. */
  readonly cause: string;
  /** Number of this event among those with the same cause, from 0. */
  readonly ordinal: number;
};

/** An event in the form that the event store takes. */
export interface EncodedLedgerEvent {
  readonly id: string;
  readonly type: LedgerEventType;
  readonly bytes: Uint8Array;
}

/**
 * Encodes a ledger event in the format that never changes: the RFC 8785 canonical JSON of {id, type, version, revision,
 * time, cause, data}. The data must already have the newest shape of its type: it is not checked here.
 */
export function encodeLedgerEvent(event: PlacedDecision): EncodedLedgerEvent {
  const id = eventIdOf(event.cause, event.ordinal);
  // The members are written out in canonical order: sorting seven known names for each event costs a tenth of the run.
  const text = `{"cause":${canonicalJson(event.cause)},"data":${canonicalJson(event.data)},"id":"${id}","revision":${event.revision},"time":${canonicalJson(event.time)},"type":"${event.type}","version":${ledgerContracts[event.type].version}}`;
  return { id, type: event.type, bytes: Buffer.from(text, 'utf8') };
}
