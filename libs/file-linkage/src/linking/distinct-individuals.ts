import { AFTER_VALUES, type LinkRecords } from '../reading/records.js';

/** Two individuals that would be known by one id. */
export class IndividualsAlike extends Error {
  readonly code = 'individuals-alike';

  constructor() {
    super(
      'two individuals would have one id, because the hashes of two record ids are equal: put the same letter before every record id, and link again',
    );
  }
}

export interface IndividualsToExamine {
  readonly records: LinkRecords;
  /** By record: the first record of its individual. */
  readonly clusterOf: Int32Array;
}

/**
 * Whether no two individuals would be one to whoever reads the links: an individual is known by 64 bits of a hash of its first
 * record's id. Two of ten million share one by chance in one of some four hundred thousand linkages, and ids could be made to.
 */
export function areDistinct({ records, clusterOf }: IndividualsToExamine): boolean {
  const { count, data, stride, fields } = records;
  let slots = 16;
  while (slots < count * 2) slots *= 2;
  /** A hash table of first records, each one higher, so that 0 is a free place. */
  const table = new Int32Array(slots);
  const high = fields + AFTER_VALUES.hashHigh;
  const low = fields + AFTER_VALUES.hashLow;
  for (let record = 0; record < count; record++) {
    if (clusterOf[record] !== record) continue;
    const at = record * stride;
    let slot = (data[at + low] as number) & (slots - 1);
    for (let found = table[slot] as number; found !== 0; found = table[slot] as number) {
      const other = (found - 1) * stride;
      if (data[other + low] === data[at + low] && data[other + high] === data[at + high]) return false;
      slot = (slot + 1) & (slots - 1);
    }
    table[slot] = record + 1;
  }
  return true;
}
