import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES, MAX_PAGE_BYTES, readExactly, type StoredEvent } from '../index.js';
import {
  fillStream,
  newEvent,
  newEvents,
  newStream,
  numbered,
  plain,
  revisions,
  type FixtureInUse,
} from './fixture.js';

export function readingFeatures(fixture: () => FixtureInUse): void {
  describe('reading', () => {
    it('returns nothing from a stream that does not exist', async () => {
      const { store } = fixture();
      expect(await store.readPage(newStream(), 0, 10)).toEqual([]);
      expect(await store.head(newStream())).toBe(-1);
    });

    it('finds a stream that did not exist at the first read', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      expect(await store.readPage(stream, 0, 10)).toEqual([]);
      await fillStream(open(), stream, 2);
      expect(numbered(await store.readPage(stream, 0, 10))).toEqual([0, 1]);
    });

    it('returns pages: full, short at the end, empty beyond it', async () => {
      const { store } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 10);
      expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
      expect(numbered(await store.readPage(stream, 0, 4))).toEqual([0, 1, 2, 3]);
      expect(numbered(await store.readPage(stream, 4, 4))).toEqual([4, 5, 6, 7]);
      expect(numbered(await store.readPage(stream, 8, 4))).toEqual([8, 9]);
      expect(numbered(await store.readPage(stream, 9, 1))).toEqual([9]);
      expect(numbered(await store.readPage(stream, 0, 1000))).toEqual(revisions(10));
      expect(await store.readPage(stream, 10, 4)).toEqual([]);
      expect(await store.readPage(stream, 5000, 4)).toEqual([]);
    });

    it('ends a page with the event that brings it to 2 MiB, whatever the limit', async () => {
      const { store } = fixture();
      const stream = newStream();
      const sizes = [...Array.from({ length: 20 }, () => MAX_EVENT_BYTES), 1, 1, MAX_EVENT_BYTES];
      const events = sizes.map((size) => ({ ...newEvent(), bytes: randomBytes(size) }));
      await store.append(stream, events, { expectedRevision: 'no-stream' });
      const whole = MAX_PAGE_BYTES / MAX_EVENT_BYTES;
      expect(numbered(await store.readPage(stream, 0, 1_000))).toEqual(revisions(whole));
      expect(numbered(await store.readPage(stream, 1, whole + 1))).toEqual(revisions(whole + 1, 1));
      expect(numbered(await store.readPage(stream, 3, 2))).toEqual([3, 4]);
      expect(numbered(await store.readPage(stream, 14, 1_000))).toEqual(revisions(sizes.length, 14));
      expect(numbered(await store.readPage(stream, 13, 1_000))).toEqual(revisions(sizes.length, 13));
      expect(plain(await readExactly(store, stream, 0, sizes.length))).toEqual(plain(events));
      const seen: StoredEvent[] = [];
      const stop = new AbortController();
      for await (const page of store.subscribe(stream, { from: 0, signal: stop.signal })) {
        seen.push(...page);
        if (seen.length === sizes.length) stop.abort();
      }
      expect(plain(seen)).toEqual(plain(events));
    });

    it('answers two hundred reads at once, and further ones', async () => {
      const { store } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 300);
      const pages = await Promise.all(revisions(200).map((from) => store.readPage(stream, from, 100)));
      expect(pages.map((page) => page[0]?.revision)).toEqual(revisions(200));
      expect(pages.every((page) => page.length === 100)).toBe(true);
      expect(await store.head(stream)).toBe(299);
    });

    it('returns 100,000 events in order, page by page', { timeout: 120_000 }, async () => {
      const { store } = fixture();
      const stream = newStream();
      const total = 100_000;
      const size = 2_000;
      for (let from = 0; from < total; from += size) {
        await store.append(stream, newEvents(size), {
          expectedRevision: from === 0 ? 'no-stream' : from - 1,
        });
      }
      let next = 0;
      for (;;) {
        const page = await store.readPage(stream, next, 7_777);
        if (page.length === 0) break;
        const inOrder = page.every(
          ({ revision, bytes }, index) =>
            revision === next + index && Buffer.from(bytes).toString() === String((next + index) % size),
        );
        expect(inOrder).toBe(true);
        next += page.length;
      }
      expect(next).toBe(total);
    });
  });
}
