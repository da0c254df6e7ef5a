import type { ScoredPairs } from './scored-pairs.js';

/** The root of a record's set; the path to it is halved. */
function rootOf(parents: Int32Array, record: number): number {
  let at = record;
  for (;;) {
    const parent = parents[at] as number;
    if (parent === at) return at;
    const next = parents[parent] as number;
    parents[at] = next;
    at = next;
  }
}

/** Connected components of records, as groups of the numbers of their pairs. */
export interface Components {
  readonly count: number;
  /** Where the pairs of each component begin in `pairs`; one more at the end. */
  readonly starts: Int32Array;
  readonly pairs: Int32Array;
}

/** @returns the components of these pairs, ordered by where they come first in `numbers`. */
export function componentsOf(
  records: number,
  { first, second }: ScoredPairs,
  numbers: Int32Array,
): Components {
  const parents = new Int32Array(records);
  for (let record = 0; record < records; record++) parents[record] = record;
  for (const pair of numbers) {
    const a = rootOf(parents, first[pair] as number);
    const b = rootOf(parents, second[pair] as number);
    if (a !== b) parents[Math.max(a, b)] = Math.min(a, b);
  }
  const component = new Int32Array(records);
  const sizes = new Int32Array(numbers.length + 1);
  const ofPair = new Int32Array(numbers.length);
  let count = 0;
  numbers.forEach((pair, index) => {
    const root = rootOf(parents, first[pair] as number);
    if (component[root] === 0) component[root] = ++count;
    const found = (component[root] as number) - 1;
    ofPair[index] = found;
    sizes[found] = (sizes[found] as number) + 1;
  });
  const starts = new Int32Array(count + 1);
  for (let at = 0; at < count; at++) starts[at + 1] = (starts[at] as number) + (sizes[at] as number);
  const next = starts.slice();
  const pairs = new Int32Array(numbers.length);
  numbers.forEach((pair, index) => {
    const found = ofPair[index] as number;
    const place = next[found] as number;
    pairs[place] = pair;
    next[found] = place + 1;
  });
  return { count, starts, pairs };
}
