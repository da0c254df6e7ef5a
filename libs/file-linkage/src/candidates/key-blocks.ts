import { orderOf, type RecordIds } from '../reading/record-ids.js';
import type { LinkRecords } from '../reading/records.js';
import type { DerivedValues } from '../values/value-table.js';
import { blockCap, blocksOf, blocksUpTo, type Blocks } from './blocks.js';
import { equalEntries, keyEntries, type DeletionColumn } from './key-entries.js';
import type { CandidateKey } from './key-ladder.js';

/** Larger blocks say little about their members. */
const LARGEST_BLOCK = 200;
/** How many pairs a key may give: so many, and so many for each record. More cost time and add hardly a match. */
const PAIRS_OF_KEY = { all: 100_000, eachRecord: 1 };

export interface KeyToGroup {
  readonly key: CandidateKey;
  readonly records: LinkRecords;
  /** By field. */
  readonly values: readonly DerivedValues[];
  readonly deletions: readonly (DeletionColumn | undefined)[];
}

/** The blocks of a key whose pairs are compared. */
export interface KeyBlocks {
  readonly key: string;
  readonly blocks: Blocks;
  /** Pairs of these blocks, those of other keys among them. */
  readonly pairs: number;
  /** Blocks of more records were passed over. */
  readonly cap: number;
  /** How many blocks that was. */
  readonly passedOver: number;
}

/** Groups records by the values of a key. Pairs are counted before any is made: the largest blocks are passed over first. */
export function groupByKey({ key, records, values, deletions }: KeyToGroup): KeyBlocks {
  const all = blocksOf(keyEntries(key, records, values, deletions));
  const budget = PAIRS_OF_KEY.all + PAIRS_OF_KEY.eachRecord * records.count;
  const { cap, pairs } = blockCap(all, budget, LARGEST_BLOCK);
  const blocks = blocksUpTo(all, cap);
  return { key: key.name, blocks, pairs, cap, passedOver: all.count - blocks.count };
}

export interface EqualToGroup {
  readonly records: LinkRecords;
  readonly ids: RecordIds;
}

/** Records of one role that have the same value in every field; the first in the order of records stands first. */
export function groupEqual({ records, ids }: EqualToGroup): Blocks {
  const blocks = blocksOf(equalEntries(records));
  const before = orderOf(records, ids);
  for (let block = 0; block < blocks.count; block++) {
    const members = blocks.records.subarray(blocks.starts[block], blocks.starts[block + 1]);
    let least = 0;
    for (let at = 1; at < members.length; at++)
      if (before(members[at] as number, members[least] as number) < 0) least = at;
    [members[0], members[least]] = [members[least] as number, members[0] as number];
  }
  return blocks;
}
