import { compareBytes } from '../values/compare-bytes.js';
import { AFTER_VALUES, type LinkRecords } from './records.js';

/** Where the ids of records are to be found. */
export interface RecordIds {
  /** By source: the bytes of its file. */
  readonly bytes: readonly Uint8Array[];
  /** Whether records have no ids, and so are known by their number in the file. */
  readonly numbered: boolean;
}

/** The number of a record’s file. */
export const sourceOf = ({ data, stride, fields }: LinkRecords, record: number): number =>
  data[record * stride + fields + AFTER_VALUES.origin] as number;

/** The bytes of a record’s id. */
export function idBytes(records: LinkRecords, { bytes }: RecordIds, record: number): Uint8Array {
  const start = records.idStarts[record] as number;
  return (bytes[sourceOf(records, record)] as Uint8Array).subarray(
    start,
    start + (records.idLengths[record] as number),
  );
}

/** An order of records that follows from their ids and sources, not from where they stand. */
export type RecordOrder = (a: number, b: number) => number;

/** By the hashes of ids and sources, then by the ids. */
export function orderOf(records: LinkRecords, ids: RecordIds): RecordOrder {
  const { data, stride, fields } = records;
  return (a, b) => {
    const [atA, atB] = [a * stride + fields, b * stride + fields];
    return (
      (data[atA + AFTER_VALUES.hashHigh] as number) - (data[atB + AFTER_VALUES.hashHigh] as number) ||
      (data[atA + AFTER_VALUES.hashLow] as number) - (data[atB + AFTER_VALUES.hashLow] as number) ||
      (data[atA + AFTER_VALUES.origin] as number) - (data[atB + AFTER_VALUES.origin] as number) ||
      (ids.numbered ? a - b : compareBytes(idBytes(records, ids, a), idBytes(records, ids, b)))
    );
  };
}
