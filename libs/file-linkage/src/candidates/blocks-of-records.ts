import { sharedInts } from '../values/shared-arrays.js';
import type { KeyBlocks } from './key-blocks.js';

/** By record: the blocks in which it stands, ascending. Blocks of all keys are numbered through, key after key. */
export interface BlocksOfRecords {
  /** The blocks of record `r` stand from `starts[r]` to `starts[r + 1]`. */
  readonly starts: Int32Array;
  readonly blocks: Int32Array;
}

export function blocksOfRecords(records: number, keys: readonly KeyBlocks[]): BlocksOfRecords {
  const starts = sharedInts(records + 1);
  for (const { blocks } of keys)
    for (let at = 0; at < blocks.records.length; at++) {
      const next = (blocks.records[at] as number) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
  for (let record = 0; record < records; record++)
    starts[record + 1] = (starts[record + 1] as number) + (starts[record] as number);
  const ofRecords = sharedInts(starts[records] as number);
  const next = starts.slice();
  let number = 0;
  for (const { blocks } of keys)
    for (let block = 0; block < blocks.count; block++) {
      for (let at = blocks.starts[block] as number; at < (blocks.starts[block + 1] as number); at++) {
        const record = blocks.records[at] as number;
        const place = next[record] as number;
        ofRecords[place] = number;
        next[record] = place + 1;
      }
      number += 1;
    }
  return { starts, blocks: ofRecords };
}

/** Where a block in which a record stands is in the record’s list. */
export function placeOfBlock({ starts, blocks }: BlocksOfRecords, record: number, block: number): number {
  let place = starts[record] as number;
  while ((blocks[place] as number) < block) place += 1;
  return place;
}

/** Whether another record stands in one of the blocks of a record’s list before a place: most records have none there. */
export function sharesBlock(
  { starts, blocks }: BlocksOfRecords,
  record: number,
  before: number,
  other: number,
): boolean {
  let at = starts[record] as number;
  if (at === before) return false;
  let atOther = starts[other] as number;
  const end = starts[other + 1] as number;
  while (atOther < end) {
    const block = blocks[at] as number;
    const ofOther = blocks[atOther] as number;
    if (block === ofOther) return true;
    if (block > ofOther) atOther += 1;
    else if (++at === before) return false;
  }
  return false;
}
