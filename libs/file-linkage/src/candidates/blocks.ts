import type { KeyEntries } from './key-entries.js';

/** Records in the order of their key’s value, and where each block of two or more begins and ends. */
export interface Blocks {
  readonly records: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** So many entries of a partition stay in the processor’s cache. */
const PARTITION = 2048;

/**
 * Groups entries by the value of their key: first into partitions by some bits of the hash, then within each, so that
 * memory is read in runs.
 */
export function blocksOf({ count, high, low, records }: KeyEntries): Blocks {
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
  const scatteredHigh = new Int32Array(count);
  const scatteredLow = new Int32Array(count);
  const scattered = new Int32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const hash = high[entry] as number;
    const partition = partitionOf(hash);
    const place = places[partition] as number;
    places[partition] = place + 1;
    scatteredHigh[place] = hash;
    scatteredLow[place] = low[entry] as number;
    scattered[place] = records[entry] as number;
  }
  return groupPartitions(starts, scatteredHigh, scatteredLow, scattered);
}

function groupPartitions(
  partitionStarts: Int32Array,
  high: Int32Array,
  low: Int32Array,
  records: Int32Array,
): Blocks {
  const largest = partitionStarts.reduce(
    (most, start, index) => Math.max(most, start - (partitionStarts[index - 1] ?? 0)),
    1,
  );
  let slots = 16;
  while (slots < largest * 2) slots *= 2;
  const mask = slots - 1;
  const table = new Int32Array(slots);
  const first = new Int32Array(largest);
  const last = new Int32Array(largest);
  const sizes = new Int32Array(largest);
  const next = new Int32Array(largest);
  const grouped = new Int32Array(records.length);
  const starts = new Int32Array((records.length >> 1) + 1);
  const ends = new Int32Array((records.length >> 1) + 1);
  let blocks = 0;
  let written = 0;
  for (let partition = 0; partition + 1 < partitionStarts.length; partition++) {
    const from = partitionStarts[partition] as number;
    const size = (partitionStarts[partition + 1] as number) - from;
    if (size < 2) continue;
    table.fill(0);
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
      starts[blocks] = written;
      for (let entry = first[group] as number; entry >= 0; entry = next[entry] as number)
        grouped[written++] = records[from + entry] as number;
      ends[blocks++] = written;
    }
  }
  return {
    records: grouped.subarray(0, written),
    starts: starts.subarray(0, blocks),
    ends: ends.subarray(0, blocks),
  };
}

/**
 * The largest size of block such that all blocks up to it give no more pairs than the budget; larger blocks are passed over.
 * Pairs are counted before any is made.
 */
export function blockCap(
  { starts, ends }: Blocks,
  budget: number,
  largest: number,
): { cap: number; pairs: number } {
  const pairsOfSize = new Float64Array(largest + 1);
  for (let block = 0; block < starts.length; block++) {
    const size = (ends[block] as number) - (starts[block] as number);
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
