import { RowChunk, type DataOf, type RecordId, type RecordsRekeyed } from '@kinledger/contracts';
import { commitmentsTo } from '@kinledger/domain';

/** A record, and the commitment to its tokens at a key version. */
export type Rekeyed = DataOf<typeof RecordsRekeyed>['records'][number];

/** The records of a chunk whose tokens have a key version, in the order of its rows. @throws UnreadableContract */
export function rekeyedIn(bytes: Uint8Array, keyVersion: number): Map<RecordId, Rekeyed> {
  const chunk = new RowChunk(bytes);
  const found = new Map<RecordId, Rekeyed>();
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const record = chunk.recordOf(ordinal);
    const committed = chunk.committedBytes(ordinal);
    if (record === undefined || committed === undefined || chunk.keyVersionOf(ordinal) !== keyVersion)
      continue;
    found.set(record, { record, tokens: commitmentsTo(committed).tokens });
  }
  return found;
}
