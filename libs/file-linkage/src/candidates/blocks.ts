import { sharedInts } from '../values/shared-arrays.js';
import type { GroupingRoom } from './grouping-room.js';
import type { KeyEntries } from './key-entries.js';

/** Blocks of two records or more that share a value of a key, in arrays that all threads see. */
export interface Blocks {
  readonly count: number;
  /** The records of block `b` stand from `starts[b]` to `starts[b + 1]`, each once. */
  readonly records: Int32Array;
  readonly starts: Int32Array;
}

/** So many entries of a partition stay in the processor’s cache. */
const PARTITION = 2048;

/**
 * Groups entries by the value of their key: first into partitions by some bits of the hash, then within each, so that
 * memory is read in runs.
 * @param room is used for the blocks too: they are to be copied before it is used again.
 */
export function blocksOf({ count, high, low, records }: KeyEntries, room: GroupingRoom): Blocks {
  let bits = 0;
  while (count >>> bits > PARTITION && bits < 12) bits += 1;
  const partitions = 1 << bits;
  const shift = 32 - bits;
  const starts = new Int32Array(partitions + 1);
  const partitionOf = (hash: number): number => (bits === 0 ? 0 : hash >>> shift);
  for (let entry = 0; entry < count; entry++) {
    const next = partitionOf(high[entry] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let partition = 0; partition < partitions; partition++)
    starts[partition + 1] = (starts[partition + 1] as number) + (starts[partition] as number);
  const places = starts.slice();
  const scatteredHigh = room.ints('scattered high', count);
  const scatteredLow = room.ints('scattered low', count);
  const scattered = room.ints('scattered holders', count);
  for (let entry = 0; entry < count; entry++) {
    const hash = high[entry] as number;
    const partition = partitionOf(hash);
    const place = places[partition] as number;
    places[partition] = place + 1;
    scatteredHigh[place] = hash;
    scatteredLow[place] = low[entry] as number;
    scattered[place] = records[entry] as number;
  }
  return groupPartitions(starts, scatteredHigh, scatteredLow, scattered, room);
}

/** How many places a hash table of so many entries has: a power of two, half of them free at least. */
function slotsFor(entries: number): number {
  let slots = 16;
  while (slots < entries * 2) slots *= 2;
  return slots;
}

function groupPartitions(
  partitionStarts: Int32Array,
  high: Int32Array,
  low: Int32Array,
  records: Int32Array,
  room: GroupingRoom,
): Blocks {
  const largest = partitionStarts.reduce(
    (most, start, index) => Math.max(most, start - (partitionStarts[index - 1] ?? 0)),
    1,
  );
  const table = new Int32Array(slotsFor(largest));
  const first = new Int32Array(largest);
  const last = new Int32Array(largest);
  const sizes = new Int32Array(largest);
  const next = new Int32Array(largest);
  const grouped = room.ints('grouped', records.length);
  const starts = room.ints('starts', (records.length >> 1) + 2);
  starts[0] = 0;
  let blocks = 0;
  let written = 0;
  for (let partition = 0; partition + 1 < partitionStarts.length; partition++) {
    const from = partitionStarts[partition] as number;
    const size = (partitionStarts[partition + 1] as number) - from;
    if (size < 2) continue;
    // One partition may be far larger than the others: each uses as much of the table as it needs.
    const slots = slotsFor(size);
    const mask = slots - 1;
    table.fill(0, 0, slots);
    let groups = 0;
    for (let entry = 0; entry < size; entry++) {
      let slot = (low[from + entry] as number) & mask;
      let group = -1;
      for (;;) {
        const found = table[slot] as number;
        if (found === 0) break;
        const representative = from + (first[found - 1] as number);
        if (low[representative] === low[from + entry] && high[representative] === high[from + entry]) {
          group = found - 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
      next[entry] = -1;
      if (group < 0) {
        group = groups++;
        table[slot] = group + 1;
        first[group] = entry;
        sizes[group] = 1;
      } else {
        next[last[group] as number] = entry;
        sizes[group] = (sizes[group] as number) + 1;
      }
      last[group] = entry;
    }
    for (let group = 0; group < groups; group++) {
      if ((sizes[group] as number) < 2) continue;
      const begin = written;
      let before = -1;
      for (let entry = first[group] as number; entry >= 0; entry = next[entry] as number) {
        const record = records[from + entry] as number;
        // A record that has the value twice has its entries one after the other.
        if (record !== before) grouped[written++] = record;
        before = record;
      }
      if (written - begin < 2) written = begin;
      else starts[++blocks] = written;
    }
  }
  return {
    count: blocks,
    records: grouped.subarray(0, written),
    starts: starts.subarray(0, blocks + 1),
  };
}

/**
 * The largest size of block such that all blocks up to it give no more pairs than the budget; larger blocks are passed over.
 * Pairs are counted before any is made.
 */
export function blockCap(
  { count, starts }: Blocks,
  budget: number,
  largest: number,
): { cap: number; pairs: number } {
  const pairsOfSize = new Float64Array(largest + 1);
  for (let block = 0; block < count; block++) {
    const size = (starts[block + 1] as number) - (starts[block] as number);
    if (size <= largest) pairsOfSize[size] = (pairsOfSize[size] as number) + (size * (size - 1)) / 2;
  }
  let pairs = 0;
  for (let size = 2; size <= largest; size++) {
    const more = pairsOfSize[size] as number;
    if (pairs + more > budget) return { cap: size - 1, pairs };
    pairs += more;
  }
  return { cap: largest, pairs };
}

/** The blocks of at most so many records, in arrays that all threads see. */
export function blocksUpTo({ count, records, starts }: Blocks, cap: number): Blocks {
  let [blocks, members] = [0, 0];
  for (let block = 0; block < count; block++) {
    const size = (starts[block + 1] as number) - (starts[block] as number);
    if (size > cap) continue;
    blocks += 1;
    members += size;
  }
  const kept = sharedInts(members);
  const keptStarts = sharedInts(blocks + 1);
  let [block, written] = [0, 0];
  for (let each = 0; each < count; each++) {
    const [from, until] = [starts[each] as number, starts[each + 1] as number];
    if (until - from > cap) continue;
    for (let at = from; at < until; at++) kept[written++] = records[at] as number;
    keptStarts[++block] = written;
  }
  return { count: blocks, records: kept, starts: keptStarts };
}
