import { orderOf, type RecordIds } from '../reading/record-ids.js';
import type { LinkRecords } from '../reading/records.js';
import type { DerivedValues } from '../values/value-table.js';
import { blockCap, blocksOf, blocksUpTo, type Blocks } from './blocks.js';
import { equalEntries, keyEntries, type DeletionColumn } from './key-entries.js';
import { GroupingRoom } from './grouping-room.js';
import type { CandidateKey } from './key-ladder.js';

/** Larger blocks say little about their members. */
const LARGEST_BLOCK = 200;
/** How many pairs a key may give: so many, and so many for each record. More cost time and add hardly a match. */
const PAIRS_OF_KEY = { all: 100_000, eachRecord: 1 };

/** Keys by which threads group records. Each takes one at a time, by a counter that all of them see. */
export interface KeysToGroup {
  readonly keys: readonly CandidateKey[];
  readonly records: LinkRecords;
  readonly ids: RecordIds;
  /** By field. */
  readonly values: readonly DerivedValues[];
  readonly deletions: readonly (DeletionColumn | undefined)[];
  /** Of one number: how many keys are taken. */
  readonly taken: Int32Array;
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

/** What a thread grouped. */
export interface KeysGrouped {
  /** By the number of a key: its blocks, if this thread took it. */
  readonly ofKeys: readonly (KeyBlocks | undefined)[];
  /** Equal records, if this thread took them. */
  readonly equal: Blocks | undefined;
}

/**
 * Groups records by the values of the keys that this thread takes. The last keys have the most parts and take longest, so
 * that they come first.
 */
export function groupByKeys({ keys, records, ids, values, deletions, taken }: KeysToGroup): KeysGrouped {
  const room = new GroupingRoom();
  const ofKeys = new Array<KeyBlocks | undefined>(keys.length).fill(undefined);
  let equal: Blocks | undefined;
  for (;;) {
    const next = keys.length - 1 - Atomics.add(taken, 0, 1);
    if (next < -1) return { ofKeys, equal };
    const key = keys[next];
    if (key === undefined) equal = equalRecords(records, ids, room);
    else
      ofKeys[next] = groupByKey(
        key,
        records,
        blocksOf(keyEntries(key, records, values, deletions, room), room),
      );
  }
}

/** Pairs are counted before any is made: the largest blocks are passed over first. */
function groupByKey(key: CandidateKey, records: LinkRecords, all: Blocks): KeyBlocks {
  const budget = PAIRS_OF_KEY.all + PAIRS_OF_KEY.eachRecord * records.count;
  const { cap, pairs } = blockCap(all, budget, LARGEST_BLOCK);
  const blocks = blocksUpTo(all, cap);
  return { key: key.name, blocks, pairs, cap, passedOver: all.count - blocks.count };
}

/** Records of one role that have the same value in every field; the first in the order of records stands first. */
function equalRecords(records: LinkRecords, ids: RecordIds, room: GroupingRoom): Blocks {
  const blocks = blocksUpTo(blocksOf(equalEntries(records, room), room), records.count);
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
