import { WakeUp } from '@kinledger/waiting';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from './event-store.js';
import { followStream } from './follow-stream.js';

const event = (revision: number): StoredEvent => ({
  revision,
  id: `event ${revision}`,
  type: 'Noted',
  bytes: new Uint8Array(),
});

describe('following a stream', () => {
  const wakeUp = new WakeUp();
  const follow = (
    readPage: (from: number, limit: number) => Promise<StoredEvent[]>,
    signal = new AbortController().signal,
  ) => followStream({ from: 0, pageSize: 3, signal, wakeUp, readPage });

  it('reads a page only when the caller asks for one', async () => {
    const reads: number[] = [];
    const pages = follow(async (from) => {
      reads.push(from);
      return [event(from), event(from + 1)];
    });
    expect(reads).toEqual([]);
    await pages.next();
    expect(reads).toEqual([0]);
    await pages.next();
    expect(reads).toEqual([0, 2]);
  });

  it('notices an append that happened during a read that returned nothing', async () => {
    let appended = false;
    const pages = follow(async (from) => {
      if (appended) return [event(from)];
      appended = true;
      wakeUp.call();
      return [];
    });
    expect((await pages.next()).value).toEqual([event(0)]);
  });

  it('discards a page whose read was aborted', async () => {
    const abort = new AbortController();
    const pages = follow(async (from) => {
      abort.abort();
      return [event(from)];
    }, abort.signal);
    expect((await pages.next()).done).toBe(true);
  });

  it('reads again after a time without a wake-up', async () => {
    let reads = 0;
    const pages = followStream({
      from: 0,
      pageSize: 3,
      signal: new AbortController().signal,
      wakeUp: new WakeUp(),
      readPage: async (from) => (++reads < 4 ? [] : [event(from)]),
      lookAgainMs: 1,
    });
    expect((await pages.next()).value).toEqual([event(0)]);
  });

  it('passes on the errors of reads', async () => {
    const pages = follow(() => Promise.reject(new Error('unreadable')));
    await expect(pages.next()).rejects.toThrow('unreadable');
  });
});
