import { describe, expect, it } from 'vitest';
import type { EventStore, StoredEvent } from '../index.js';
import {
  fillStream,
  newEvents,
  newStream,
  numbered,
  plain,
  revisions,
  type FixtureInUse,
} from './fixture.js';

/** Takes events until it has `count`, then aborts; fails if the iteration ends earlier. */
async function take(
  store: EventStore,
  stream: string,
  count: number,
  options: { from?: number; pageSize?: number; onPage?: (taken: number) => void | Promise<void> } = {},
): Promise<StoredEvent[]> {
  const abort = new AbortController();
  const { from = 0, pageSize, onPage } = options;
  const taken: StoredEvent[] = [];
  const subscription = store.subscribe(stream, {
    from,
    signal: abort.signal,
    ...(pageSize === undefined ? {} : { pageSize }),
  });
  for await (const page of subscription) {
    taken.push(...page);
    await onPage?.(taken.length);
    if (taken.length >= count) abort.abort();
  }
  return taken;
}

export function subscribingFeatures(fixture: () => FixtureInUse): void {
  describe('subscribing', () => {
    it('catches up from a revision', async () => {
      const { store } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 10);
      expect(plain(await take(store, stream, 10))).toEqual(plain(events));
      expect(plain(await take(store, stream, 4, { from: 6 }))).toEqual(plain(events.slice(6)));
    });

    it('yields pages of at most the requested size, and never an empty one', async () => {
      const { store } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 10);
      const sizes: number[] = [];
      let before = 0;
      await take(store, stream, 10, {
        pageSize: 4,
        onPage: (taken) => {
          sizes.push(taken - before);
          before = taken;
        },
      });
      expect(sizes.every((size) => size > 0 && size <= 4)).toBe(true);
    });

    it('continues live with what another store appends', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const writer = open();
      const before = await fillStream(writer, stream, 3);
      const after = newEvents(5);
      const taken = await take(store, stream, 8, {
        onPage: async (count) => {
          if (count === 3) await writer.append(stream, after, { expectedRevision: 2 });
        },
      });
      expect(plain(taken)).toEqual(plain([...before, ...after]));
    });

    it('waits for a stream that does not exist yet', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const taking = take(store, stream, 3);
      const events = await fillStream(open(), stream, 3);
      expect(plain(await taking)).toEqual(plain(events));
    });

    it('waits for a revision that does not exist yet', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 2);
      const taking = take(store, stream, 2, { from: 4 });
      const writer = open();
      await writer.append(stream, newEvents(2), { expectedRevision: 1 });
      await writer.append(stream, newEvents(2), { expectedRevision: 3 });
      expect(numbered(await taking)).toEqual([4, 5]);
    });

    it('neither skips nor repeats events while it catches up with an active writer', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const writer = open();
      await fillStream(writer, stream, 200);
      const total = 3_000;
      const writing = (async () => {
        for (let next = 200; next < total; next += 50) {
          await writer.append(stream, newEvents(50), { expectedRevision: next - 1 });
        }
      })();
      const [first, second] = await Promise.all([
        take(store, stream, total, { pageSize: 64 }),
        take(open(), stream, total - 100, { from: 100, pageSize: 17 }),
      ]);
      await writing;
      expect(numbered(first)).toEqual(revisions(total));
      expect(numbered(second)).toEqual(revisions(total, 100));
    });

    it('skips nothing when concurrent writers finish in any order', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const writers = [open(), open()];
      const sizes = [1, 400, 3, 90, 1, 250, 7, 30];
      const rounds = 6;
      const total = rounds * sizes.reduce((sum, size) => sum + size, 0);
      const taking = take(store, stream, total);
      const appended = await Promise.all(
        sizes.map(async (size, writer) => {
          const results = [];
          for (let round = 0; round < rounds; round++) {
            const events = newEvents(size);
            const result = await writers[writer % 2]!.append(stream, events, { expectedRevision: 'any' });
            results.push({ events, result });
          }
          return results;
        }),
      );
      const taken = await taking;
      expect(numbered(taken)).toEqual(revisions(total));
      for (const { events, result } of appended.flat()) {
        expect(plain(taken.slice(result.firstRevision, result.lastRevision + 1))).toEqual(plain(events));
      }
    });

    it('waits for a slow subscriber without losing events', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const writer = open();
      await fillStream(writer, stream, 5);
      const abort = new AbortController();
      const pages = store
        .subscribe(stream, { from: 0, pageSize: 5, signal: abort.signal })
        [Symbol.asyncIterator]();
      const first = await pages.next();
      expect(numbered(first.value as StoredEvent[])).toEqual(revisions(5));
      for (let next = 5; next < 1_005; next += 100) {
        await writer.append(stream, newEvents(100), { expectedRevision: next - 1 });
      }
      let seen = 5;
      while (seen < 1_005) {
        const page = (await pages.next()).value as StoredEvent[];
        expect(page.length).toBeLessThanOrEqual(5);
        expect(numbered(page)).toEqual(revisions(seen + page.length, seen));
        seen += page.length;
      }
      abort.abort();
      expect((await pages.next()).done).toBe(true);
    });

    it('ends when aborted: before it begins, while it waits, and while the caller has a page', async () => {
      const { store } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 10);
      const pagesOf = (from: number, signal: AbortSignal) =>
        store.subscribe(stream, { from, pageSize: 2, signal })[Symbol.asyncIterator]();

      expect((await pagesOf(0, AbortSignal.abort()).next()).done).toBe(true);

      const waiting = new AbortController();
      const next = pagesOf(10, waiting.signal).next();
      waiting.abort();
      expect((await next).done).toBe(true);

      const inHand = new AbortController();
      const pages = pagesOf(0, inHand.signal);
      expect((await pages.next()).done).toBe(false);
      inHand.abort();
      expect((await pages.next()).done).toBe(true);
    });

    it('may be abandoned at any page without effect on the store', async () => {
      const { store } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 10);
      for (let time = 0; time < 150; time++) {
        const abort = new AbortController();
        for await (const page of store.subscribe(stream, { from: 0, pageSize: 1, signal: abort.signal })) {
          expect(numbered(page)).toEqual([0]);
          break;
        }
      }
      expect(await store.head(stream)).toBe(9);
    });

    it('serves more than a hundred streams at once beside other calls', async () => {
      const { store, open } = fixture();
      const streams = Array.from({ length: 120 }, newStream);
      const taking = streams.map((stream) => take(store, stream, 3));
      const writer = open();
      await Promise.all(
        streams.map((stream) => writer.append(stream, newEvents(2), { expectedRevision: 'any' })),
      );
      expect(await store.head(streams[119]!)).toBe(1);
      await store.append(streams[0]!, newEvents(1), { expectedRevision: 1 });
      await Promise.all(
        streams.slice(1).map((stream) => writer.append(stream, newEvents(1), { expectedRevision: 1 })),
      );
      for (const taken of await Promise.all(taking)) expect(numbered(taken)).toEqual([0, 1, 2]);
    });

    it('ends when the store is closed', async () => {
      const { open } = fixture();
      const store = open();
      const stream = newStream();
      const next = store
        .subscribe(stream, { from: 0, signal: new AbortController().signal })
        [Symbol.asyncIterator]()
        .next();
      await store.close();
      expect((await next).done).toBe(true);
    });
  });
}
