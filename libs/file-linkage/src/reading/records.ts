import { mixed } from '../values/hashes.js';
import { sharedBytes, sharedFloats, sharedInts } from '../values/shared-arrays.js';
import type { RangeRead } from './read-range.js';

/** Where the parts of a record stand after its values: two hashes that order it, and the number of its file. */
export const AFTER_VALUES = { hashHigh: 0, hashLow: 1, origin: 2 } as const;
const EXTRA = 3;

/** All records that are linked, each a run of integers, in arrays that all threads see. */
export interface LinkRecords {
  readonly count: number;
  /** How many integers a record has. */
  readonly stride: number;
  readonly fields: number;
  readonly data: Int32Array;
  /** By field: where in a record the signature of its value stands; −1 for none. */
  readonly signatureSlots: readonly number[];
  /** The first record of each source, and one more. */
  readonly sourceStarts: readonly number[];
  /** By record: 0 unknown, 1 child, 2 adult. */
  readonly strata: Uint8Array;
  readonly idStarts: Float64Array;
  readonly idLengths: Int32Array;
}

/** So many integers of 32 bits are read from memory at once: a record of that many should not straddle two reads. */
const LINE = 16;
/** A record is made longer by so many at most. */
const PADDING = 4;

/**
 * Room for the records of these parts of files, which come one after the other.
 * @param withSignatures by field: whether values have signatures.
 */
export function roomForRecords(
  sources: readonly (readonly { readonly rows: number }[])[],
  withSignatures: readonly boolean[],
): LinkRecords {
  const fields = withSignatures.length;
  let slots = fields + EXTRA;
  const signatureSlots = withSignatures.map((has) => (has ? slots++ : -1));
  const lines = Math.ceil(slots / LINE) * LINE;
  const stride = lines - slots > PADDING ? slots : lines;
  const sourceStarts = [0];
  for (const ranges of sources)
    sourceStarts.push((sourceStarts.at(-1) ?? 0) + ranges.reduce((rows, range) => rows + range.rows, 0));
  const count = sourceStarts.at(-1) ?? 0;
  return {
    ...{ count, stride, fields, sourceStarts, signatureSlots },
    data: sharedInts(count * stride),
    strata: sharedBytes(count),
    idStarts: sharedFloats(count),
    idLengths: sharedInts(count),
  };
}

/** The rows of a part of a file, and where their records stand. */
export interface RowsToPlace {
  readonly range: Omit<RangeRead, 'texts'>;
  readonly records: LinkRecords;
  readonly source: number;
  /** The record of the first row. */
  readonly from: number;
  /** By field and number of a text of the range: the number of the value. */
  readonly numbers: readonly Int32Array[];
  /** By field, and by value: its signature. */
  readonly signatures: readonly (Int32Array | undefined)[];
  /** Whether records have no ids, and so are known by their number in the file. */
  readonly numbered: boolean;
}

/** Writes the records of the rows. */
export function placeRows(task: RowsToPlace): void {
  const { range, records, source, from, numbers, signatures, numbered } = task;
  const { data, stride, fields, sourceStarts, signatureSlots } = records;
  const { rows, values, idHashes } = range;
  records.strata.set(range.roles, from);
  records.idStarts.set(range.idStarts, from);
  records.idLengths.set(range.idLengths, from);
  for (let field = 0; field < fields; field++) {
    const ofField = numbers[field] as Int32Array;
    const ofValues = signatures[field];
    const slot = signatureSlots[field] as number;
    for (let row = 0; row < rows; row++) {
      const at = (from + row) * stride;
      const value = ofField[values[row * fields + field] as number] as number;
      data[at + field] = value;
      if (ofValues !== undefined) data[at + slot] = ofValues[value] as number;
    }
  }
  // One id in two files says nothing of the two records.
  const seed = Math.imul(source + 1, 0x9e3779b1);
  const before = sourceStarts[source] ?? 0;
  for (let row = 0; row < rows; row++) {
    const at = (from + row) * stride + fields;
    const number = numbered ? from + row - before + 1 : 0;
    data[at + AFTER_VALUES.hashHigh] = mixed((idHashes[row * 2] as number) ^ seed ^ number);
    data[at + AFTER_VALUES.hashLow] = mixed((idHashes[row * 2 + 1] as number) + seed + number);
    data[at + AFTER_VALUES.origin] = source;
  }
}
