import {
  isPlacing,
  RowChunk,
  type Commitments,
  type LedgerEvent,
  type RecordId,
  type RowChunkHead,
} from '@kinledger/contracts';
import { commitmentsTo } from '@kinledger/domain';
import type { Segment } from '@kinledger/event-store';

/** A record that enters the ledger, and what the ledger keeps of its body. */
export interface BroughtRecord {
  readonly record: RecordId;
  readonly commitments: Commitments;
}

/** The records that an event brings into the ledger. */
export const recordsBroughtBy = (event: LedgerEvent): readonly BroughtRecord[] =>
  isPlacing(event)
    ? event.data.placements.flatMap(({ record, commitments }) =>
        commitments === undefined ? [] : [{ record, commitments }],
      )
    : [];

/** A body as its segment has it. */
export interface BodyThere {
  readonly record: RecordId;
  /** Version of the token keys. */
  readonly keyVersion: number;
  readonly commitments: Commitments;
}

/** What a segment has. */
export interface SegmentThere {
  readonly head: RowChunkHead;
  readonly bodies: readonly BodyThere[];
}

/** The head and the bodies of a segment. @throws UnreadableContract where it was changed so that nobody can read it. */
export function readSegment({ bytes }: Segment): SegmentThere {
  const chunk = new RowChunk(bytes);
  const bodies: BodyThere[] = [];
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const row = chunk.row(ordinal);
    const committed = chunk.committedBytes(ordinal);
    if (row !== undefined && committed !== undefined)
      bodies.push({
        record: row.record,
        keyVersion: row.keyVersion,
        commitments: commitmentsTo(committed),
      });
  }
  return { head: chunk.head, bodies };
}
