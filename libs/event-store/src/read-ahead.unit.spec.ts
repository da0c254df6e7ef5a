import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.js';

/** Pages of at most three places of a list; `begun` holds the places whose reads have begun. */
const pagesOf = (list: readonly number[]) => {
  const begun: number[] = [];
  const read = async (from: number) => {
    begun.push(from);
    return list.slice(from, from + 3);
  };
  return { begun, read, lengthOf: (page: readonly number[]) => page.length };
};
const ten = [...Array(10).keys()];

describe('reading ahead', () => {
  it('yields every page in order, and reads nothing beyond the last place', async () => {
    const { begun, ...pages } = pagesOf(ten);
    const found: (readonly number[])[] = [];
    for await (const page of readAhead({ from: 1, to: 9, ...pages })) found.push(page);
    expect(found).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(begun).toEqual([1, 4, 7]);
  });

  it('begins the next page before its caller has processed this one', async () => {
    const { begun, ...pages } = pagesOf(ten);
    for await (const _ of readAhead({ from: 0, to: 9, ...pages })) {
      expect(begun).toEqual([0, 3]);
      break;
    }
  });

  it('reads nothing of an empty range, and ends where the pages do', async () => {
    const none = pagesOf(ten);
    for await (const _ of readAhead({ from: 5, to: 4, ...none })) expect.unreachable();
    expect(none.begun).toEqual([]);
    const found: number[] = [];
    for await (const page of readAhead({ from: 8, to: 99, ...pagesOf(ten) })) found.push(...page);
    expect(found).toEqual([8, 9]);
  });

  it('throws the error of a read once its page is due', async () => {
    const read = async (from: number) => {
      if (from > 0) throw new Error('the connection is gone');
      return [from];
    };
    const pages = readAhead({ from: 0, to: 9, read, lengthOf: () => 1 });
    expect(await pages.next()).toEqual({ done: false, value: [0] });
    await expect(pages.next()).rejects.toThrow('the connection is gone');
  });

  it('throws the signal’s reason rather than wait, and causes no unhandled rejection if the page fails later', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listen);
    const stopping = new AbortController();
    const read = async (from: number) => {
      if (from === 0) return [from];
      await pause(5);
      throw new Error('the connection is gone');
    };
    const pages = readAhead({ from: 0, to: 9, read, lengthOf: () => 1, signal: stopping.signal });
    await pages.next();
    stopping.abort(new Error('stopped'));
    await expect(pages.next()).rejects.toThrow('stopped');
    await pause(20);
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });
});
