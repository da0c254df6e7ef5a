import type { LinkRecords } from '../reading/records.js';
import { mixed } from '../values/hashes.js';
import type { DerivedValues } from '../values/value-table.js';
import type { GroupingRoom } from './grouping-room.js';
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

/** Where the numbers of a part of a key stand. */
interface PartTable {
  /** Slots of a record with the values. */
  readonly slots: readonly number[];
  /** By value: from `value * width + from` on its numbers, or with `starts` from where they say. */
  readonly numbers: Int32Array;
  readonly starts: Int32Array | undefined;
  readonly width: number;
  readonly from: number;
  readonly size: number;
}
const MOST_NUMBERS = 256;

/**
 * Makes the entries of a key. A record in which a part is missing has none.
 * @param values by field; @param deletions by field, of those that the key asks for. @param room is used for the entries.
 */
export function keyEntries(
  key: CandidateKey,
  records: LinkRecords,
  values: readonly DerivedValues[],
  deletions: readonly (DeletionColumn | undefined)[],
  room: GroupingRoom,
): KeyEntries {
  const parts = key.parts.map((part) => partTable(part, values, deletions));
  const { data, stride } = records;
  const numbers = parts.map(() => new Int32Array(MOST_NUMBERS));
  const counts = new Int32Array(parts.length);
  const at = new Int32Array(parts.length);
  let high = room.ints('high', records.count);
  let low = room.ints('low', records.count);
  let holders = room.ints('holders', records.count);
  let count = 0;
  for (let record = 0; record < records.count; record++) {
    let combinations = 1;
    for (let part = 0; part < parts.length && combinations > 0; part++) {
      const found = readPart(parts[part] as PartTable, data, record * stride, numbers[part] as Int32Array);
      counts[part] = found;
      combinations *= found;
    }
    if (combinations === 0) continue;
    if (combinations > 1) at.fill(0);
    if (count + combinations > high.length) {
      const more = (count + combinations) * 2;
      [high, low, holders] = [room.grown('high', more), room.grown('low', more), room.grown('holders', more)];
    }
    for (let combination = 0; combination < combinations; combination++) {
      let first = seeds[0];
      let second = seeds[1];
      for (let part = 0; part < parts.length; part++) {
        const place = combinations === 1 ? 0 : (at[part] as number);
        const number = (numbers[part] as Int32Array)[place] as number;
        first = firstWord(first, number);
        second = secondWord(second, number);
      }
      high[count] = first;
      low[count] = mixed(second);
      holders[count] = record;
      count += 1;
      for (let part = 0; part < parts.length && combinations > 1; part++) {
        at[part] = (at[part] as number) + 1;
        if ((at[part] as number) < (counts[part] as number)) break;
        at[part] = 0;
      }
    }
  }
  return { count, high, low, records: holders };
}

/** The entries of all fields and the role together: one for each record that has any value. */
export function equalEntries(
  { count: records, data, stride, fields, strata }: LinkRecords,
  room: GroupingRoom,
): KeyEntries {
  const high = room.ints('high', records);
  const low = room.ints('low', records);
  const holders = room.ints('holders', records);
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

/** Writes the numbers of a part in the record that begins at `from`. @returns how many there are. */
function readPart(
  { slots, numbers, starts, width, from, size }: PartTable,
  data: Int32Array,
  record: number,
  into: Int32Array,
): number {
  let found = 0;
  for (let slot = 0; slot < slots.length; slot++) {
    const value = data[record + (slots[slot] as number)] as number;
    if (value === 0) continue;
    const begin = starts === undefined ? value * width + from : (starts[value] as number);
    const end =
      starts === undefined ? begin + size : Math.min(begin + MOST_NUMBERS, starts[value + 1] as number);
    for (let at = begin; at < end; at++) {
      const number = numbers[at] as number;
      if (number === 0 && starts === undefined) break;
      into[found++] = number;
    }
  }
  return found;
}

function partTable(
  { fields, rung }: KeyPart,
  values: readonly DerivedValues[],
  deletionsOfFields: readonly (DeletionColumn | undefined)[],
): PartTable {
  const [field] = fields;
  if (field === undefined) throw new Error('a part of a key has a field');
  if (rung === 'deletions') {
    const column = deletionsOfFields[field];
    if (column === undefined) throw new Error('a key asks for deletions that were not made');
    return { slots: [field], numbers: column.deletions, starts: column.starts, width: 0, from: 0, size: 0 };
  }
  const { rungs, width } = values[field] as DerivedValues;
  return { slots: fields, numbers: rungs, starts: undefined, width, ...rung };
}
