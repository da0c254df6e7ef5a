import type { Comparison } from '@kinledger/kin';
import { AFTER_VALUES, type LinkRecords } from '../reading/records.js';

/** Enough to see what strangers have in common: fewer than some 80,000 cost quality on large files. */
const PAIRS = 400_000;
const RECORDS = 40_000;

/** What pairs drawn at random show: by field and level, how many. */
export interface RandomPairs {
  readonly drawn: number;
  readonly levels: readonly Float64Array[];
}

/**
 * Compares pairs that are drawn by the hashes of record ids, so that the same records give the same pairs in any order.
 * @param chosen the records of one stratum.
 */
export function randomPairs(
  comparison: Comparison,
  records: LinkRecords,
  chosen: Int32Array,
  mayPair: (a: number, b: number) => boolean,
  compareRecords: (a: number, b: number) => number,
): RandomPairs {
  const drawnFrom = lowestHashes(records, chosen).sort(compareRecords);
  const { layout } = comparison;
  const levels = layout.fields.map(() => new Float64Array(16));
  const size = drawnFrom.length;
  const shifts = Math.min(Math.floor((size - 1) / 2), Math.ceil(PAIRS / Math.max(1, size)));
  let drawn = 0;
  for (let shift = 1; shift <= shifts; shift++)
    for (let at = 0; at < size; at++) {
      const a = drawnFrom[at] as number;
      const b = drawnFrom[(at + shift) % size] as number;
      if (!mayPair(a, b)) continue;
      comparison.compare(records.data, a * records.stride, b * records.stride);
      drawn += 1;
      for (let field = 0; field < levels.length; field++) {
        const ofField = levels[field] as Float64Array;
        const level = layout.level(field, comparison.low, comparison.high);
        ofField[level] = (ofField[level] as number) + 1;
      }
    }
  return { drawn, levels };
}

/** Some records, those with the lowest hashes. */
function lowestHashes({ data, stride, fields }: LinkRecords, chosen: Int32Array): Int32Array {
  if (chosen.length <= RECORDS) return chosen.slice();
  const below = (RECORDS / chosen.length) * 2 ** 32;
  return chosen.filter(
    (record) => (data[record * stride + fields + AFTER_VALUES.hashHigh] as number) >>> 0 < below,
  );
}
