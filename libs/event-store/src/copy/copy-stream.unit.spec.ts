import { TreeRoot } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { fillStream, newEvent, newEvents, newStream, plain } from '../contract/fixture.js';
import type { EventStore } from '../event-store.js';
import { InMemoryEventStore } from '../in-memory/in-memory-event-store.js';
import { copyStream, type CopyProgress } from './copy-stream.js';

const setUp = async (count = 1_203) => {
  const [from, to] = [new InMemoryEventStore(), new InMemoryEventStore()];
  const stream = newStream();
  const events = count === 0 ? [] : await fillStream(from, stream, count);
  return { from, to, stream, events };
};

/** A store that fails after so many appends, like a copy that is killed. */
const failingAt = (store: EventStore, appends: number): EventStore => {
  let count = 0;
  return new Proxy(store, {
    get: (target, name) =>
      name === 'append'
        ? (...args: Parameters<EventStore['append']>) => {
            count += 1;
            return count === appends ? Promise.reject(new Error('killed')) : target.append(...args);
          }
        : (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target),
  });
};

describe('copying a stream', () => {
  it('copies every event to its revision with its id, type and bytes, and returns their root', async () => {
    const { from, to, stream, events } = await setUp();
    const stages: CopyProgress['stage'][] = [];
    const copied = await copyStream({ from, to, stream, onProgress: ({ stage }) => stages.push(stage) });
    const tree = new TreeRoot();
    for (const { bytes } of events) tree.add(bytes);
    expect(copied).toEqual({ stream, events: 1_203, found: 0, copied: 1_203, root: tree.hex() });
    expect(plain(await to.readPage(stream, 0, 2_000))).toEqual(plain(events));
    expect(new Set(stages)).toEqual(new Set(['copying', 'verifying']));
  });

  it('omits the events from `before` on, even when repeated', async () => {
    const { from, to, stream, events } = await setUp();
    for (const found of [0, 700]) {
      expect(await copyStream({ from, to, stream, before: 700 })).toMatchObject({ events: 700, found });
    }
    expect(plain(await to.readPage(stream, 0, 2_000))).toEqual(plain(events.slice(0, 700)));
    const all = await copyStream({ from, to, stream, before: 2_000 });
    expect(all).toMatchObject({ events: 1_203, found: 700 });
  });

  it('examines every event before copying it, and copies nothing of a page that `examine` refuses', async () => {
    const { from, to, stream } = await setUp();
    const refused = copyStream({
      ...{ from, to, stream },
      examine: ({ revision }) => {
        if (revision === 600) throw new Error('not ours');
      },
    });
    await expect(refused).rejects.toThrow('not ours');
    expect(await to.head(stream)).toBe(499);
    const seen: number[] = [];
    await copyStream({ from, to, stream, examine: ({ revision }) => void seen.push(revision) });
    expect(new Set(seen).size).toBe(1_203);
  });

  it('copies an empty stream to an empty one', async () => {
    const { from, to, stream } = await setUp(0);
    expect(await copyStream({ from, to, stream })).toMatchObject({ events: 0, copied: 0 });
    expect(await to.head(stream)).toBe(-1);
  });

  it('resumes where it was killed, and finds everything present at the third call', async () => {
    const { from, to, stream, events } = await setUp();
    await expect(copyStream({ from, to: failingAt(to, 2), stream })).rejects.toThrow('killed');
    expect(await to.head(stream)).toBe(499);
    expect(await copyStream({ from, to, stream })).toMatchObject({ found: 500, copied: 703, events: 1_203 });
    const third = await copyStream({ from, to, stream });
    expect(third).toMatchObject({ found: 1_203, copied: 0 });
    expect(plain(await to.readPage(stream, 0, 2_000))).toEqual(plain(events));
  });

  it('copies events that are appended to the source meanwhile', async () => {
    const { from, to, stream } = await setUp(10);
    let more = 3;
    const copied = await copyStream({
      from,
      to,
      stream,
      onProgress: ({ stage }) => {
        if (stage === 'copying' && more-- > 0)
          void from.append(stream, newEvents(5), { expectedRevision: 'any' });
      },
    });
    expect(copied.events).toBe(25);
    expect(await to.head(stream)).toBe(24);
  });

  it('refuses a target with different events, and writes nothing', async () => {
    const { from, to, stream, events } = await setUp(20);
    const third = { ...events[2]! };
    for (const [name, other] of [
      ['bytes', { ...third, bytes: Buffer.from('other') }],
      ['type', { ...third, type: 'Other' }],
      ['event', newEvent()],
    ] as const) {
      const target = new InMemoryEventStore();
      await target.append(stream, [...events.slice(0, 2), other], { expectedRevision: 'no-stream' });
      const error: unknown = await copyStream({ from, to: target, stream }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: 'copy-target-differs', stream, revision: 2 });
      expect((error as Error).message).toContain(name);
      expect(await target.head(stream)).toBe(2);
    }
    await to.append(stream, [...events, newEvent()], { expectedRevision: 'no-stream' });
    await expect(copyStream({ from, to, stream })).rejects.toMatchObject({
      code: 'copy-target-differs',
      revision: 20,
    });
  });

  it('stops when the signal aborts', async () => {
    const { from, to, stream } = await setUp();
    const abort = new AbortController();
    const copying = copyStream({ from, to, stream, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(copying).rejects.toThrow('aborted');
    expect(await to.head(stream)).toBeLessThan(1_202);
  });
});
