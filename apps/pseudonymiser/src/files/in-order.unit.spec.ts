import { expect, it } from 'vitest';
import { inOrder } from './in-order.js';

async function* numbers(count: number, taken: number[] = []) {
  for (let number = 0; number < count; number += 1) {
    taken.push(number);
    yield number;
  }
}

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

it('yields results in the order of the items, whichever finishes first', async () => {
  const finish: (() => void)[] = [];
  const results = inOrder(
    numbers(3),
    3,
    (number) => new Promise<number>((done) => finish.push(() => done(number))),
  );
  const all = collect(results);
  await expect.poll(() => finish.length).toBe(3);
  finish.reverse().forEach((end) => end());
  expect(await all).toEqual([0, 1, 2]);
});

it('begins no more than the limit while nobody consumes', async () => {
  const taken: number[] = [];
  const results = inOrder(numbers(10, taken), 3, async (number) => number);
  expect(await results.next()).toEqual({ value: 0, done: false });
  expect(taken).toEqual([0, 1, 2]);
  await results.next();
  expect(taken).toEqual([0, 1, 2, 3]);
  await results.return();
  expect(taken).toEqual([0, 1, 2, 3]);
});

it('fails at the item that failed, after those before it', async () => {
  const seen: number[] = [];
  const run = async () => {
    const results = inOrder(numbers(5), 4, async (number) => {
      if (number === 2) throw new Error('two');
      return number;
    });
    for await (const result of results) seen.push(result);
  };
  await expect(run()).rejects.toThrow('two');
  expect(seen).toEqual([0, 1]);
});
