import { AFTER_VALUES, type LinkRecords } from '../reading/records.js';
import { SchemaRefused } from '../schema/link-schema.js';
import { compareBytes } from '../values/compare-bytes.js';

/**
 * Makes sure that each record has an id that no other of its file has: ids tell individuals apart, and order the records.
 * @param bytesOf the id of a record; @param paths the files, one a source.
 * @throws SchemaRefused, with the numbers of the records, because an id may say who a person is.
 */
export function refuseRepeatedIds(
  records: LinkRecords,
  bytesOf: (record: number) => Uint8Array,
  paths: readonly string[],
): void {
  const { data, stride, fields, idLengths, sourceStarts } = records;
  paths.forEach((path, source) => {
    const from = sourceStarts[source] ?? 0;
    const until = sourceStarts[source + 1] ?? from;
    let slots = 64;
    while (slots < (until - from) * 2) slots *= 2;
    /** A hash table of records, each one higher, so that 0 is a free place. */
    const table = new Int32Array(slots);
    for (let record = from; record < until; record++) {
      if (idLengths[record] === 0) throw refused(path, `record ${record - from + 1} has no id`);
      const at = record * stride + fields;
      const hash = data[at + AFTER_VALUES.hashHigh] as number;
      let slot = hash & (slots - 1);
      for (let found = table[slot] as number; found !== 0; found = table[slot] as number) {
        const other = found - 1;
        if (
          data[other * stride + fields + AFTER_VALUES.hashHigh] === hash &&
          compareBytes(bytesOf(other), bytesOf(record)) === 0
        )
          throw refused(path, `records ${other - from + 1} and ${record - from + 1} have one id`);
        slot = (slot + 1) & (slots - 1);
      }
      table[slot] = record + 1;
    }
  });
}

const refused = (path: string, why: string): SchemaRefused =>
  new SchemaRefused(`${path}: ${why}; name a column in "id" that has a value of its own in each row`);
