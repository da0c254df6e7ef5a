import { compareBytes } from '../values/compare-bytes.js';
import { idBytes, type RecordIds } from './record-ids.js';
import { AFTER_VALUES, type LinkRecords } from './records.js';

export interface IdsToExamine {
  readonly records: LinkRecords;
  readonly ids: RecordIds;
  readonly source: number;
}

/**
 * Finds a record of a file that has no id, or that of another: ids tell individuals apart, and order the records.
 * @returns what is wrong, with the numbers of the records, because an id may say who a person is; or nothing.
 */
export function faultOfIds({ records, ids, source }: IdsToExamine): string | undefined {
  const { data, stride, fields, idLengths, sourceStarts } = records;
  const from = sourceStarts[source] ?? 0;
  const until = sourceStarts[source + 1] ?? from;
  let slots = 64;
  while (slots < (until - from) * 2) slots *= 2;
  /** A hash table of records, each one higher, so that 0 is a free place. */
  const table = new Int32Array(slots);
  for (let record = from; record < until; record++) {
    if (idLengths[record] === 0) return `record ${record - from + 1} has no id`;
    const hash = data[record * stride + fields + AFTER_VALUES.hashHigh] as number;
    let slot = hash & (slots - 1);
    for (let found = table[slot] as number; found !== 0; found = table[slot] as number) {
      const other = found - 1;
      if (
        data[other * stride + fields + AFTER_VALUES.hashHigh] === hash &&
        compareBytes(idBytes(records, ids, other), idBytes(records, ids, record)) === 0
      )
        return `records ${other - from + 1} and ${record - from + 1} have one id`;
      slot = (slot + 1) & (slots - 1);
    }
    table[slot] = record + 1;
  }
  return undefined;
}
