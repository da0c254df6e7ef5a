import { RowChunk, type PseudonymisedRow } from '@kinledger/contracts';
import type { StagedChunk } from '@kinledger/decisions';

/** A chunk as decisions read it. Its rows are decoded here: they are garbage soon, and the bytes are a tenth of them. */
export function stagedChunkOf({
  chunk,
  body,
}: {
  readonly chunk: number;
  readonly body: Uint8Array;
}): StagedChunk {
  const bytes = new RowChunk(body);
  const rows: PseudonymisedRow[] = [];
  for (let ordinal = 0; ordinal < bytes.count; ordinal += 1) {
    const row = bytes.row(ordinal);
    if (row !== undefined) rows.push(row);
  }
  return { chunk, rows, refused: bytes.head.refused };
}
