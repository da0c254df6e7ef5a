import type { Crew } from '../threads/crew.js';
import { sharedInts, sharedShorts } from '../values/shared-arrays.js';
import type { Blocks } from './blocks.js';

/** By record: the blocks in which it stands, ascending. Blocks of all keys are numbered through, key after key. */
export interface BlocksOfRecords {
  /** The blocks of record `r` stand from `starts[r]` to `starts[r + 1]`. */
  readonly starts: Int32Array;
  readonly blocks: Int32Array;
  /** By key, and by place in its blocks: how many blocks the record that stands there has before that one. */
  readonly before: readonly Uint16Array[];
}

/** The records whose blocks a thread lists: those from `from` until `until`, in the blocks of all keys. */
export interface BlocksToCount {
  readonly keys: readonly Blocks[];
  readonly from: number;
  readonly until: number;
  /** By record, one place further: how many blocks it has. */
  readonly counts: Int32Array;
}

/** The same, to be written into these lists. */
export interface BlocksToList extends Omit<BlocksToCount, 'counts'> {
  readonly into: BlocksOfRecords;
}

/** Lists the blocks of all records: each thread those of some records. */
export async function blocksOfRecords(
  records: number,
  keys: readonly Blocks[],
  crew: Crew,
): Promise<BlocksOfRecords> {
  const starts = sharedInts(records + 1);
  const parts = Array.from({ length: crew.size }, (_, part) => ({
    from: Math.floor((records * part) / crew.size),
    until: Math.floor((records * (part + 1)) / crew.size),
  }));
  await crew.all(
    'count-blocks',
    parts.map((part) => ({ ...part, keys, counts: starts })),
  );
  for (let record = 0; record < records; record++)
    starts[record + 1] = (starts[record + 1] as number) + (starts[record] as number);
  const into = {
    starts,
    blocks: sharedInts(starts[records] as number),
    before: keys.map((key) => sharedShorts(key.records.length)),
  };
  await crew.all(
    'list-blocks',
    parts.map((part) => ({ ...part, keys, into })),
  );
  return into;
}

export function countBlocks({ keys, from, until, counts }: BlocksToCount): void {
  for (const { records } of keys)
    for (const record of records)
      if (record >= from && record < until) counts[record + 1] = (counts[record + 1] as number) + 1;
}

export function listBlocks({ keys, from, until, into }: BlocksToList): void {
  const { starts, blocks: ofRecords, before } = into;
  const next = starts.slice(from, until);
  let number = 0;
  keys.forEach((blocks, key) => {
    const ofKey = before[key] as Uint16Array;
    for (let block = 0; block < blocks.count; block++, number++) {
      const end = blocks.starts[block + 1] as number;
      for (let at = blocks.starts[block] as number; at < end; at++) {
        const record = blocks.records[at] as number;
        if (record < from || record >= until) continue;
        const place = next[record - from] as number;
        ofRecords[place] = number;
        ofKey[at] = place - (starts[record] as number);
        next[record - from] = place + 1;
      }
    }
  });
}

/** Whether another record stands in one of the first blocks of a record. @param first how many blocks those are. */
export function sharesBlock(
  { starts, blocks }: BlocksOfRecords,
  record: number,
  first: number,
  other: number,
): boolean {
  if (first === 0) return false;
  let at = starts[record] as number;
  const before = at + first;
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

/** Finds the records that stand in a block with another. The records of a block are in ascending order. */
export class MatesOfRecords {
  /** Those that were found last. */
  found = new Int32Array(1024);
  /** By record: one more than the record in whose company it was found last. */
  readonly #metBy: Int32Array;
  readonly #ofRecords: BlocksOfRecords;
  readonly #members: readonly Int32Array[];
  readonly #starts: readonly Int32Array[];
  /** By key: the number of its first block, and one more at the end. */
  readonly #firsts: Int32Array;

  constructor(records: number, keys: readonly Blocks[], ofRecords: BlocksOfRecords) {
    this.#metBy = new Int32Array(records);
    this.#ofRecords = ofRecords;
    this.#members = keys.map((key) => key.records);
    this.#starts = keys.map((key) => key.starts);
    this.#firsts = new Int32Array(keys.length + 1);
    keys.forEach(({ count }, key) => {
      this.#firsts[key + 1] = (this.#firsts[key] as number) + count;
    });
  }

  /** Finds the records that come after one and stand in a block with it, each once. @returns how many there are. */
  after(record: number): number {
    const { starts, blocks } = this.#ofRecords;
    const metBy = this.#metBy;
    const end = starts[record + 1] as number;
    let key = 0;
    let count = 0;
    for (let at = starts[record] as number; at < end; at++) {
      const number = blocks[at] as number;
      while (number >= (this.#firsts[key + 1] as number)) key += 1;
      const members = this.#members[key] as Int32Array;
      const block = number - (this.#firsts[key] as number);
      let place = ((this.#starts[key] as Int32Array)[block + 1] as number) - 1;
      for (let other = members[place] as number; other > record; other = members[--place] as number) {
        if (metBy[other] === record + 1) continue;
        metBy[other] = record + 1;
        if (count === this.found.length) this.#grow();
        this.found[count++] = other;
      }
    }
    return count;
  }

  #grow(): void {
    const larger = new Int32Array(this.found.length * 2);
    larger.set(this.found);
    this.found = larger;
  }
}
