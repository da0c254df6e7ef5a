import { MAX_MESSAGE_BYTES, RowPacker, type PackedRows, type PseudonymisedRow } from '@kinledger/contracts';

/** Bytes of a message besides its rows: headers, ids, names, numbers. Contracts limit the length of names. */
const ENVELOPE_BYTES = 1024;
export const MAX_PACKED_BYTES = MAX_MESSAGE_BYTES - ENVELOPE_BYTES;

/** Packs rows, in order, into as few chunks as the limits of a message allow; into none if there are no rows. */
export function packRows(rows: Iterable<PseudonymisedRow>): readonly PackedRows[] {
  const done: PackedRows[] = [];
  let packer: RowPacker | undefined;
  for (const row of rows) {
    if (packer?.add(row) === true) continue;
    if (packer !== undefined) done.push(packer.finish());
    packer = new RowPacker(MAX_PACKED_BYTES);
    packer.add(row);
  }
  if (packer !== undefined) done.push(packer.finish());
  return done;
}
