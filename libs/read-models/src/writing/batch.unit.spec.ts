import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from './batch.js';

describe('a batch', () => {
  it('writes adjacent changes of one sort together, and everything once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }), async (sorts) => {
        const written: { sort: string; items: readonly number[] }[] = [];
        const writers = new Map(
          ['a', 'b', 'c'].map((sort) => [
            sort,
            async (items: readonly number[]) => {
              await Promise.resolve();
              written.push({ sort, items });
            },
          ]),
        );
        const batch = new Batch();
        for (const [item, sort] of sorts.entries()) await batch.add(writers.get(sort)!, item);
        await batch.flush();
        await batch.flush();
        expect(written.flatMap(({ sort, items }) => items.map(() => sort))).toEqual(sorts);
        expect(written.flatMap(({ items }) => items)).toEqual([...sorts.keys()]);
        const runs = sorts.filter((sort, index) => sort !== sorts[index - 1]).length;
        expect(written).toHaveLength(runs);
      }),
    );
  });

  it('writes waiting changes before it holds more than five thousand', async () => {
    const sizes: number[] = [];
    const write = async (items: readonly number[]) => {
      sizes.push(items.length);
    };
    const batch = new Batch();
    await batch.addAll(write, [...Array(2_401).keys()]);
    await batch.flush();
    expect(sizes).toEqual([1_000, 1_000, 401]);
  });
});
