import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isEmptyAppend,
  isEventIdReused,
  isEventTooLarge,
  isRevisionConflict,
  MAX_EVENT_BYTES,
  type ExpectedRevision,
} from '../index.js';
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

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
};

export function appendingFeatures(fixture: () => FixtureInUse): void {
  describe('appending', () => {
    it('assigns contiguous revisions from 0', async () => {
      const { store } = fixture();
      const stream = newStream();
      expect(await store.head(stream)).toBe(-1);
      expect(await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' })).toEqual({
        firstRevision: 0,
        lastRevision: 2,
        repeated: false,
      });
      expect(await store.append(stream, newEvents(2), { expectedRevision: 2 })).toEqual({
        firstRevision: 3,
        lastRevision: 4,
        repeated: false,
      });
      expect(await store.head(stream)).toBe(4);
      expect(numbered(await store.readPage(stream, 0, 10))).toEqual(revisions(5));
    });

    const onAbsent: readonly [ExpectedRevision, boolean][] = [
      ['any', true],
      ['no-stream', true],
      ['exists', false],
      [0, false],
      [7, false],
    ];
    const onThree: readonly [ExpectedRevision, boolean][] = [
      ['any', true],
      ['exists', true],
      [2, true],
      ['no-stream', false],
      [0, false],
      [1, false],
      [3, false],
    ];
    for (const [length, cases] of [
      [0, onAbsent],
      [3, onThree],
    ] as const) {
      for (const [expectedRevision, accepted] of cases) {
        it(`${accepted ? 'accepts' : 'refuses'} ${expectedRevision} on a stream of ${length}`, async () => {
          const { store } = fixture();
          const stream = newStream();
          if (length > 0) await fillStream(store, stream, length);
          const append = store.append(stream, newEvents(2), { expectedRevision });
          if (accepted) {
            expect((await append).firstRevision).toBe(length);
            expect(await store.head(stream)).toBe(length + 1);
            return;
          }
          const error = await rejection(append);
          expect(isRevisionConflict(error)).toBe(true);
          expect(error).toMatchObject({ stream, expected: expectedRevision, actual: length - 1 });
          expect(await store.head(stream)).toBe(length - 1);
        });
      }
    }

    it('refuses an append of no events, and creates no stream', async () => {
      const { store } = fixture();
      const stream = newStream();
      for (const expectedRevision of ['any', 'no-stream'] as const) {
        expect(isEmptyAppend(await rejection(store.append(stream, [], { expectedRevision })))).toBe(true);
      }
      await expect(
        store.append(stream, newEvents(1), { expectedRevision: 'no-stream' }),
      ).resolves.toBeDefined();
    });

    it('keeps any bytes unchanged', async () => {
      const { store } = fixture();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1 }), async (contents) => {
          const stream = newStream();
          const events = contents.map((bytes) => ({ ...newEvent(), bytes }));
          await store.append(stream, events, { expectedRevision: 'no-stream' });
          expect(plain(await store.readPage(stream, 0, events.length))).toEqual(plain(events));
        }),
        { numRuns: 30 },
      );
    });

    it('keeps the bytes that were appended, even if the writer reuses its buffer', async () => {
      const { store } = fixture();
      const stream = newStream();
      const bytes = Buffer.from('first');
      await store.append(stream, [{ ...newEvent(), bytes }], { expectedRevision: 'no-stream' });
      bytes.fill('x');
      const [stored] = await store.readPage(stream, 0, 1);
      expect(Buffer.from(stored!.bytes).toString()).toBe('first');
    });

    it('keeps JSON-like text byte for byte: number formats, key order and spaces', async () => {
      const { store } = fixture();
      const stream = newStream();
      const texts = [
        '{"b":12345678901234567890,  "a":1e400,"a":1.0}',
        '\u{feff}{}',
        '"\\ud800"',
        'null',
        '',
        '[1,',
      ];
      const events = [
        ...texts.map((text) => newEvent(text)),
        { ...newEvent(), bytes: Uint8Array.of(0x7b, 0xff, 0xfe, 0x00, 0x7d) },
      ];
      await store.append(stream, events, { expectedRevision: 'no-stream' });
      expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
    });

    it('accepts appends of any size: around 1 MiB, and many times that', async () => {
      const { store } = fixture();
      const stream = newStream();
      const kib = 1024;
      const sizes: readonly (readonly number[])[] = [
        Array<number>(4).fill(256 * kib),
        [...Array<number>(3).fill(256 * kib), 256 * kib - 1],
        Array<number>(1024).fill(kib),
        [...Array<number>(1023).fill(kib), kib - 1],
        [256 * kib, 1, 256 * kib, 1, 256 * kib, 1, 256 * kib],
        Array<number>(40).fill(100 * kib),
      ];
      let next = 0;
      for (const [index, lengths] of sizes.entries()) {
        const events = lengths.map((length) => ({ ...newEvent(), bytes: Buffer.alloc(length, index) }));
        const expectedRevision = next === 0 ? 'no-stream' : next - 1;
        expect(await store.append(stream, events, { expectedRevision })).toEqual({
          firstRevision: next,
          lastRevision: next + events.length - 1,
          repeated: false,
        });
        const ends = [next, next + events.length - 1];
        for (const [end, at] of ends.entries()) {
          expect(plain(await store.readPage(stream, at, 1))).toEqual(plain([events.at(-end)!]));
        }
        next += events.length;
      }
      expect(await store.head(stream)).toBe(next - 1);
    });

    it('serves other appends while one of 20 MiB runs', async () => {
      const { store } = fixture();
      const large = Array.from({ length: 80 }, () => ({
        ...newEvent(),
        bytes: Buffer.alloc(MAX_EVENT_BYTES, 7),
      }));
      const streams = Array.from({ length: 6 }, newStream);
      const results = await Promise.all(
        streams.map((stream, index) =>
          store.append(stream, index === 2 ? large : newEvents(3), { expectedRevision: 'no-stream' }),
        ),
      );
      expect(results.map(({ lastRevision }) => lastRevision)).toEqual([2, 2, 79, 2, 2, 2]);
    });

    it('accepts an event of 256 KiB', async () => {
      const { store } = fixture();
      const stream = newStream();
      const event = { ...newEvent(), bytes: Buffer.alloc(MAX_EVENT_BYTES, 'é') };
      await store.append(stream, [event], { expectedRevision: 'no-stream' });
      expect(plain(await store.readPage(stream, 0, 1))).toEqual(plain([event]));
    });

    it('refuses an event that is one byte larger, with its whole append', async () => {
      const { store } = fixture();
      const stream = newStream();
      const large = { ...newEvent(), bytes: Buffer.alloc(MAX_EVENT_BYTES + 1) };
      const error = await rejection(store.append(stream, [newEvent(), large], { expectedRevision: 'any' }));
      expect(isEventTooLarge(error)).toBe(true);
      expect(error).toMatchObject({ eventId: large.id, bytes: MAX_EVENT_BYTES + 1 });
      expect(await store.head(stream)).toBe(-1);
    });

    it('keeps streams separate: the same ids in another stream are other events', async () => {
      const { store } = fixture();
      const events = newEvents(3);
      const streams = Array.from({ length: 20 }, newStream);
      await Promise.all(
        streams.map((stream) => store.append(stream, events, { expectedRevision: 'no-stream' })),
      );
      await store.append(streams[0]!, newEvents(1), { expectedRevision: 2 });
      expect(await Promise.all(streams.map((stream) => store.head(stream)))).toEqual([
        3,
        ...streams.slice(1).map(() => 2),
      ]);
    });

    it('lets exactly one of several writers with the same expected revision succeed', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 1);
      const stores = [store, open(), open()];
      const outcomes = await Promise.allSettled(
        revisions(12).map((writer) =>
          stores[writer % 3]!.append(stream, newEvents(1 + writer), { expectedRevision: 0 }),
        ),
      );
      const winners = outcomes.filter(({ status }) => status === 'fulfilled');
      const conflicts = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      expect(winners).toHaveLength(1);
      expect(conflicts.every(isRevisionConflict)).toBe(true);
      const head = await store.head(stream);
      for (const conflict of conflicts) expect(conflict).toMatchObject({ expected: 0, actual: head });
    });
  });

  describe('repeating an append', () => {
    for (const expectedRevision of ['no-stream', 'any', 'exists'] as const) {
      it(`changes nothing with ${expectedRevision}`, async () => {
        const { store } = fixture();
        const stream = newStream();
        const events = await fillStream(store, stream, 3);
        await store.append(stream, newEvents(1), { expectedRevision: 2 });
        expect(await store.append(stream, events, { expectedRevision })).toEqual({
          firstRevision: 0,
          lastRevision: 2,
          repeated: true,
        });
        expect(await store.head(stream)).toBe(3);
      });
    }

    it('changes nothing after the same revision, even through another store', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 2);
      const events = newEvents(3);
      await store.append(stream, events, { expectedRevision: 1 });
      await store.append(stream, newEvents(5), { expectedRevision: 4 });
      const repeated = { firstRevision: 2, lastRevision: 4, repeated: true };
      expect(await open().append(stream, events, { expectedRevision: 1 })).toEqual(repeated);
      expect(await store.append(stream, events.slice(1), { expectedRevision: 2 })).toEqual({
        ...repeated,
        firstRevision: 3,
      });
      expect(await store.head(stream)).toBe(9);
    });

    it('changes nothing, however large the append, even through a store that was opened later', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      await fillStream(store, stream, 2);
      const events = Array.from({ length: 30 }, (_, index) => ({
        ...newEvent(),
        bytes: Buffer.alloc(100 * 1024, index),
      }));
      await store.append(stream, events, { expectedRevision: 1 });
      await store.append(stream, newEvents(1), { expectedRevision: 31 });
      const repeated = { firstRevision: 2, lastRevision: 31, repeated: true };
      const later = open();
      for (const expectedRevision of [1, 'any', 'exists'] as const) {
        expect(await later.append(stream, events, { expectedRevision })).toEqual(repeated);
      }
      const other = events.map((event, index) =>
        index === 29 ? { ...event, bytes: Buffer.from('other') } : event,
      );
      const another = open();
      for (const expectedRevision of ['any', 1, 'exists'] as const) {
        const error = await rejection(another.append(stream, other, { expectedRevision }));
        expect(isEventIdReused(error)).toBe(true);
      }
      expect(await store.head(stream)).toBe(32);
    });

    it('is recognised when only its first events are repeated', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 5);
      expect(await open().append(stream, events.slice(0, 2), { expectedRevision: 'no-stream' })).toEqual({
        firstRevision: 0,
        lastRevision: 1,
        repeated: true,
      });
      expect(await store.head(stream)).toBe(4);
    });

    it('is refused at the end of the stream that it made, even through another store', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 3);
      for (const other of [store, open()]) {
        const error = await rejection(other.append(stream, events, { expectedRevision: 2 }));
        expect(isEventIdReused(error)).toBe(true);
      }
      expect(await store.head(stream)).toBe(2);
    });

    it('is a conflict if its first events are present and the rest are new', async () => {
      const { store } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 3);
      const longer = [...events, newEvent()];
      const fromStart = await rejection(store.append(stream, longer, { expectedRevision: 'no-stream' }));
      expect(isRevisionConflict(fromStart)).toBe(true);
      expect(fromStart).toMatchObject({ actual: 2 });
      const fromMiddle = await rejection(store.append(stream, longer.slice(2), { expectedRevision: 1 }));
      expect(isRevisionConflict(fromMiddle)).toBe(true);
      expect(await store.head(stream)).toBe(2);
    });

    it('is refused with the same ids at another revision', async () => {
      const { store } = fixture();
      const stream = newStream();
      const events = await fillStream(store, stream, 3);
      const [first, second, third] = events;
      const cases: readonly [ExpectedRevision, typeof events][] = [
        [2, events],
        ['no-stream', [second!, first!, third!]],
        ['any', [second!, first!]],
        ['any', [first!, third!]],
        ['exists', [newEvent(), first!]],
        [2, [newEvent(), third!]],
      ];
      for (const [expectedRevision, appended] of cases) {
        const error = await rejection(store.append(stream, appended, { expectedRevision }));
        expect(isEventIdReused(error)).toBe(true);
      }
      expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
    });

    for (const expectedRevision of ['no-stream', 'any', 'exists', 1] as const) {
      it(`is refused with other bytes under the same id, expecting ${expectedRevision}`, async () => {
        const { store } = fixture();
        const stream = newStream();
        const events = await fillStream(store, stream, 2);
        const [first, second] = events;
        const other = { ...second!, bytes: Buffer.from('other') };
        const appended = expectedRevision === 1 ? [newEvent(), other] : [first!, other];
        const error = await rejection(store.append(stream, appended, { expectedRevision }));
        expect(isEventIdReused(error)).toBe(true);
        expect(error).toMatchObject({ stream, eventId: other.id });
        expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
      });
    }

    it('is refused with one id twice in it', async () => {
      const { store } = fixture();
      const stream = newStream();
      const event = newEvent();
      const error = await rejection(
        store.append(stream, [event, newEvent(), event], { expectedRevision: 'no-stream' }),
      );
      expect(isEventIdReused(error)).toBe(true);
      expect(await store.head(stream)).toBe(-1);
    });

    it('settles a lost answer, however many callers repeat it at once', async () => {
      const { store, open } = fixture();
      const stream = newStream();
      const events = newEvents(50);
      const stores = [store, open()];
      const results = await Promise.all(
        revisions(8).map((writer) =>
          stores[writer % 2]!.append(stream, events, { expectedRevision: 'no-stream' }),
        ),
      );
      expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
      expect(plain(await store.readPage(stream, 0, 100))).toEqual(plain(events));
    });
  });
}
