import type { Commitments, LedgerEvent, RecordId } from '@kinledger/contracts';
import { committedBody, rowOf } from '@kinledger/domain';
import type { RecordBody } from '@kinledger/event-store';

/** A record that enters the ledger, and what the ledger keeps of its body. */
export interface BroughtRecord {
  readonly record: RecordId;
  readonly commitments: Commitments;
}

/** The records that an event brings into the ledger. */
export function recordsBroughtBy(event: LedgerEvent): readonly BroughtRecord[] {
  if (event.type !== 'RecordsPlaced') return [];
  return event.data.placements.flatMap(({ record, commitments }) =>
    commitments === undefined ? [] : [{ record, commitments }],
  );
}

/** Whether a body is what the ledger is committed to: the same record, to the byte. */
export function isCommitted({ bytes }: RecordBody, { record, commitments }: BroughtRecord): boolean {
  try {
    const row = rowOf({ bytes });
    const own = committedBody(row);
    return (
      row.record === record &&
      own.commitments.body === commitments.body &&
      own.commitments.tokens === commitments.tokens &&
      Buffer.compare(own.bytes, bytes) === 0
    );
  } catch {
    return false;
  }
}
