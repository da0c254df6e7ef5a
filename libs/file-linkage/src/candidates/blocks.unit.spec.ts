import { describe, expect, it } from 'vitest';
import { blocksOf } from './blocks.js';
import { GroupingRoom } from './grouping-room.js';

describe('the blocks of a key', () => {
  it('are those of equal hashes, although one part of the hashes has far more entries than the others', () => {
    const count = 40_000;
    const high = new Int32Array(count);
    const low = new Int32Array(count);
    const records = Int32Array.from({ length: count }, (_, entry) => entry);
    const expected = new Map<string, number[]>();
    for (let entry = 0; entry < count; entry++) {
      // Half of the entries begin with the same bits; of the others, each value is shared by about two.
      high[entry] = entry % 2 === 0 ? 5 : Math.imul(entry % 19_997, 0x9e3779b1);
      low[entry] = entry % 2 === 0 ? entry % 9_001 : Math.imul(entry % 19_997, 0x85ebca6b);
      const key = `${high[entry]} ${low[entry]}`;
      const members = expected.get(key);
      if (members === undefined) expected.set(key, [entry]);
      else members.push(entry);
    }
    const blocks = blocksOf({ count, high, low, records }, new GroupingRoom());
    const found = Array.from({ length: blocks.count }, (_, block) =>
      [...blocks.records.subarray(blocks.starts[block], blocks.starts[block + 1])].sort((a, b) => a - b),
    );
    const first = (a: readonly number[], b: readonly number[]) => (a[0] ?? 0) - (b[0] ?? 0);
    expect(found.sort(first)).toEqual([...expected.values()].filter(({ length }) => length > 1).sort(first));
  });
});
