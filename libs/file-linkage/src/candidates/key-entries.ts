import type { LinkRecords } from '../reading/records.js';
import { mixed } from '../values/hashes.js';
import { grownInts, sharedInts } from '../values/shared-arrays.js';
import type { DerivedValues } from '../values/value-table.js';
import type { CandidateKey, KeyPart } from './key-ladder.js';

/** Each record under each of its values of a key: two words of a hash of the value, and the record. */
export interface KeyEntries {
  readonly count: number;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly records: Int32Array;
}

const seeds: readonly [number, number] = [0x2545f491, 0x5bd1e995];

/** The two words of a hash, with one number more. */
const firstWord = (word: number, number: number): number => mixed(word ^ Math.imul(number, 0x9e3779b1));
function secondWord(word: number, number: number): number {
  const product = Math.imul(word ^ number, 0xcc9e2d51);
  return (product << 15) ^ (product >>> 17);
}

/** The numbers of the deletions of many values: those of value `v` stand from `starts[v]` to `starts[v + 1]`. */
export interface DeletionColumn {
  readonly starts: Int32Array;
  readonly deletions: Int32Array;
}

/** What a key is made of in one record: the numbers of one part. */
type PartReader = (record: number, into: Int32Array) => number;
const MOST_NUMBERS = 256;

/**
 * Makes the entries of a key. A record in which a part is missing has none.
 * @param values by field; @param deletions by field, of those that the key asks for.
 */
export function keyEntries(
  key: CandidateKey,
  records: LinkRecords,
  values: readonly DerivedValues[],
  deletions: readonly (DeletionColumn | undefined)[],
): KeyEntries {
  const readers = key.parts.map((part) => partReader(part, records, values, deletions));
  let capacity = records.count;
  let high = sharedInts(capacity);
  let low = sharedInts(capacity);
  let holders = sharedInts(capacity);
  const numbers = readers.map(() => new Int32Array(MOST_NUMBERS));
  const counts = new Int32Array(readers.length);
  const at = new Int32Array(readers.length);
  let count = 0;
  for (let record = 0; record < records.count; record++) {
    let combinations = 1;
    for (let part = 0; part < readers.length; part++) {
      const found = (readers[part] as PartReader)(record, numbers[part] as Int32Array);
      counts[part] = found;
      combinations *= found;
      if (found === 0) break;
    }
    if (combinations === 0) continue;
    at.fill(0);
    for (let combination = 0; combination < combinations; combination++) {
      let first = seeds[0];
      let second = seeds[1];
      for (let part = 0; part < readers.length; part++) {
        const number = (numbers[part] as Int32Array)[at[part] as number] as number;
        first = firstWord(first, number);
        second = secondWord(second, number);
      }
      if (count === capacity) {
        capacity *= 2;
        [high, low, holders] = [
          grownInts(high, capacity),
          grownInts(low, capacity),
          grownInts(holders, capacity),
        ];
      }
      high[count] = first;
      low[count] = mixed(second);
      holders[count] = record;
      count += 1;
      for (let part = 0; part < readers.length; part++) {
        at[part] = (at[part] as number) + 1;
        if ((at[part] as number) < (counts[part] as number)) break;
        at[part] = 0;
      }
    }
  }
  return { count, high, low, records: holders };
}

/** The entries of all fields and the role together: one for each record that has any value. */
export function equalEntries({ count: records, data, stride, fields, strata }: LinkRecords): KeyEntries {
  const [high, low, holders] = [new Int32Array(records), new Int32Array(records), new Int32Array(records)];
  let count = 0;
  for (let record = 0; record < records; record++) {
    let first = mixed(seeds[0] ^ (strata[record] as number));
    let second = seeds[1];
    let present = 0;
    for (let at = record * stride; at < record * stride + fields; at++) {
      const number = data[at] as number;
      present |= number;
      first = firstWord(first, number);
      second = secondWord(second, number);
    }
    if (present === 0) continue;
    high[count] = first;
    low[count] = mixed(second);
    holders[count++] = record;
  }
  return { count, high, low, records: holders };
}

function partReader(
  { fields, rung }: KeyPart,
  { data, stride }: LinkRecords,
  values: readonly DerivedValues[],
  deletionsOfFields: readonly (DeletionColumn | undefined)[],
): PartReader {
  const [field] = fields;
  if (field === undefined) throw new Error('a part of a key has a field');
  if (rung === 'deletions') {
    const column = deletionsOfFields[field];
    if (column === undefined) throw new Error('a key asks for deletions that were not made');
    const { starts, deletions } = column;
    return (record, into) => {
      const value = data[record * stride + field] as number;
      if (value === 0) return 0;
      const from = starts[value] as number;
      const size = Math.min(MOST_NUMBERS, (starts[value + 1] as number) - from);
      for (let index = 0; index < size; index++) into[index] = deletions[from + index] as number;
      return size;
    };
  }
  const { rungs, width } = values[field] as DerivedValues;
  const { from, size } = rung;
  if (fields.length === 1 && size === 1)
    return (record, into) => {
      const number = rungs[(data[record * stride + field] as number) * width + from] as number;
      into[0] = number;
      return number === 0 ? 0 : 1;
    };
  return (record, into) => {
    let found = 0;
    for (const slot of fields) {
      const value = data[record * stride + slot] as number;
      if (value === 0) continue;
      for (let index = 0; index < size; index++) {
        const number = rungs[value * width + from + index] as number;
        if (number === 0) break;
        into[found++] = number;
      }
    }
    return found;
  };
}
