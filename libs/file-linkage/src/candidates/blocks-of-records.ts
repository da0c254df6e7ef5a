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

/** The first block in which both records stand; −1 if there is none. */
export function firstCommonBlock({ starts, blocks }: BlocksOfRecords, a: number, b: number): number {
  let atA = starts[a] as number;
  let atB = starts[b] as number;
  const endA = starts[a + 1] as number;
  const endB = starts[b + 1] as number;
  while (atA < endA && atB < endB) {
    const ofA = blocks[atA] as number;
    const ofB = blocks[atB] as number;
    if (ofA === ofB) return ofA;
    if (ofA < ofB) atA += 1;
    else atB += 1;
  }
  return -1;
}
