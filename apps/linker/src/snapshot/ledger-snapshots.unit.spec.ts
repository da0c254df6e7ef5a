import { readLedgerEvent } from '@kinledger/contracts';
import { streamOf } from '@kinledger/decisions';
import { codeDigest } from './code-digest.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrowingList, recordsIn } from '../testing/growing-list.js';
import { InMemorySnapshots } from '../testing/in-memory-snapshots.js';
import { storeWith } from '../testing/interrupted-store.js';
import {
  eventsOf,
  imageOf,
  inMemoryWorld,
  startLinker,
  until,
  untilDone,
  type LinkerOptions,
  type LinkerWorld,
  type RunningLinker,
} from '../testing/linker-world.js';
import { programme } from '../testing/messages.js';
import { smallProgramme } from '../testing/programme.js';
import { hexOf } from '../testing/rows.js';
import { eventfulYear, stageAll } from '../testing/scenario.js';
import { snapshotsFeatures } from './contract/snapshots.features.js';
import { SAMPLE_EVENTS } from './ledger-snapshots.js';

describe('snapshots in memory', () => {
  snapshotsFeatures(() =>
    Promise.resolve({ snapshots: new InMemorySnapshots(), close: () => Promise.resolve() }),
  );
});

const stream = streamOf(programme);

describe('a snapshot of the ledger', () => {
  let world: LinkerWorld & { readonly snapshots: InMemorySnapshots };
  const running: RunningLinker[] = [];

  const start = (options: LinkerOptions = {}, its: LinkerWorld = world) => {
    const linker = startLinker(its, options);
    running.push(linker);
    return linker;
  };
  /**
   * Starts a linker, waits until it decides, and stops it. Returns what it reported about the snapshot that it found.
   */
  const found = async (options: LinkerOptions = {}, its: LinkerWorld = world) => {
    const linker = start(options, its);
    await until('it is at work', () => linker.observed.states.at(-1) === 'deciding');
    await linker.stop();
    return linker.observed.snapshots[0];
  };
  const kept = () => world.snapshots.whole.get(programme);
  const position = () => world.store.head(stream);
  const untilKept = async () => {
    const head = await position();
    await until('a snapshot is stored', () => kept()?.ground.position === head);
  };

  beforeEach(async () => {
    world = { ...(await inMemoryWorld()), snapshots: new InMemorySnapshots() };
    await stageAll(world.inbox, eventfulYear().scenario);
    const linker = start();
    await untilDone(world);
    await untilKept();
    await linker.stop();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((linker) => linker.stop()));
    await world.bus.close();
  });

  it('saves the next start from reading the events and bodies before it', async () => {
    const bodiesRead: number[] = [];
    const inner = world.store;
    const store = Object.assign(
      storeWith(inner, (...args) => inner.append(...args)),
      {
        readSegments: async (...args: Parameters<typeof inner.readSegments>) => {
          const bodies = await inner.readSegments(...args);
          bodiesRead.push(...bodies.map(({ revision }) => revision));
          return bodies;
        },
      },
    );
    const image = await imageOf(world.store);
    expect(await found({}, { ...world, store })).toMatchObject({
      outcome: 'used',
      position: await position(),
    });
    // It reads the sample of bodies at both ends, and nothing else.
    const end = await position();
    const ends = await Promise.all([
      inner.readSegments(stream, 0, SAMPLE_EVENTS - 1),
      inner.readSegments(stream, end - SAMPLE_EVENTS + 1, end),
    ]);
    const sampled = ends.flat().map(({ revision }) => revision);
    expect(sampled.length).toBeGreaterThan(0);
    expect(sampled.length).toBeLessThan(image.bodies.length);
    expect(bodiesRead).toEqual(sampled);
    expect(await imageOf(world.store)).toEqual(image);
  });

  it('is used only for the same program, definition and position, and otherwise deleted', async () => {
    expect(await found({ code: 'another program' })).toMatchObject({ outcome: 'ignored', why: 'code' });
    expect(kept()?.ground.code).not.toBe('this program');
  });

  it('is not used for another definition', async () => {
    const changed = smallProgramme({ name: 'Another name' });
    expect(await found({ programme: changed })).toMatchObject({ outcome: 'ignored', why: 'definition' });
  });

  it.each(['treeRoot', 'strategy', 'bodies', 'keyVersions', 'byteOrder'] as const)(
    'is not used with another %s',
    async (part) => {
      const { ground, pieces } = kept()!;
      const other = { ...ground, [part]: part === 'bodies' ? ground.bodies + 1 : 'another' };
      world.snapshots.whole.set(programme, { ground: other, pieces });
      expect(await found()).toMatchObject({ outcome: 'ignored', why: part, position: ground.position });
    },
  );

  it('is not used if the ledger before it differs', async () => {
    const image = await imageOf(world.store);
    const inner = world.store;
    const store = Object.assign(
      storeWith(inner, (...args) => inner.append(...args)),
      {
        readPage: async (...args: Parameters<typeof inner.readPage>) =>
          (await inner.readPage(...args)).map((event) =>
            event.revision === 2 ? { ...event, bytes: withAnotherTime(event.bytes) } : event,
          ),
      },
    );
    expect(await found({}, { ...world, store })).toMatchObject({ outcome: 'ignored', why: 'treeRoot' });
    expect(await imageOf(world.store)).toEqual(image);
  });

  it('is not used beyond the end of the ledger, as after an older backup', async () => {
    const { ground, pieces } = kept()!;
    const beyond = { ...ground, position: ground.position + 1 };
    world.snapshots.whole.set(programme, { ground: beyond, pieces });
    expect(await found()).toMatchObject({ outcome: 'ignored', why: 'position' });
  });

  it('is ignored if it is damaged', async () => {
    const { ground, pieces } = kept()!;
    const image = await imageOf(world.store);
    for (const damaged of [
      [],
      pieces.map((piece) => piece.subarray(0, -3)),
      [...pieces, new Uint8Array(1)],
    ]) {
      world.snapshots.whole.set(programme, { ground, pieces: damaged });
      expect(await found()).toMatchObject({ outcome: 'ignored', why: 'damaged' });
    }
    expect(await imageOf(world.store)).toEqual(image);
  });

  describe('and an erasure', () => {
    const email = hexOf('email', 'amara@example.org');
    const holdsEmail = () => {
      const words = [0, 8, 16, 24].map((at) => Number.parseInt(email.slice(at, at + 8), 16) | 0);
      const token = Buffer.from(Int32Array.from(words).buffer);
      return Buffer.concat(kept()?.pieces ?? []).includes(token);
    };
    const erasing = async () => {
      const records = recordsIn(await eventsOf(world.store));
      return new GrowingList().add(...records);
    };

    it('is deleted before an erasure is decided, and not written again by a process that held the erased data', async () => {
      expect(holdsEmail()).toBe(true);
      const erasures = await erasing();
      const linker = start({ erasures });
      await until('it is erased', () => linker.observed.erased?.lines === 1);
      expect(kept()).toBeUndefined();
      linker.wakeUp.call();
      await until('it has looked again', () => linker.observed.states.at(-1) === 'deciding');
      await linker.stop();
      expect(kept()).toBeUndefined();

      const next = start({ erasures });
      await untilKept();
      await next.stop();
      expect(holdsEmail()).toBe(false);
      expect(await found({ erasures })).toMatchObject({ outcome: 'used' });
    });

    it('is not used if records were erased since', async () => {
      const before = kept()!;
      const erasures = await erasing();
      const linker = start({ erasures });
      await until('it is erased', () => linker.observed.erased?.lines === 1);
      await linker.stop();
      // As written by a process that was stopped halfway and resumed.
      world.snapshots.whole.set(programme, before);
      expect(await found({ erasures })).toMatchObject({ outcome: 'ignored', why: 'erasure' });
      await until('it is deleted', () => !holdsEmail());
    });
  });

  it('is abandoned when the linker stops, and the previous one stays', async () => {
    const snapshots = new InMemorySnapshots();
    const begun = Promise.withResolvers<undefined>();
    const write = snapshots.write.bind(snapshots);
    snapshots.write = (of, ground, fill) =>
      write(of, ground, async (take) => {
        begun.resolve(undefined);
        await until('it is told to stop', () => stopping);
        await fill(take);
      });
    let stopping = false;
    const linker = start({}, { ...world, snapshots });
    await begun.promise;
    const stopped = linker.stop();
    stopping = true;
    await stopped;
    expect(snapshots.whole.size).toBe(0);
    expect(linker.observed.snapshots).toEqual([]);
  });

  it('causes no delay if it cannot be written', async () => {
    const snapshots = new InMemorySnapshots();
    snapshots.write = () => Promise.reject(new Error('the disk is full'));
    const linker = start({}, { ...world, snapshots });
    await until('it has failed', () => linker.observed.snapshots.length > 0);
    expect(linker.observed.snapshots[0]).toMatchObject({ outcome: 'failed' });
    expect(linker.observed.failures).toEqual([]);
    expect(linker.observed.states.at(-1)).toBe('deciding');
  });
});

it('the digest of the program is a SHA-256, and the same each time', () => {
  expect(codeDigest()).toMatch(/^[0-9a-f]{64}$/);
  expect(codeDigest()).toBe(codeDigest());
});

function withAnotherTime(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('utf8');
  const { time } = readLedgerEvent(bytes);
  return Buffer.from(text.replace(time, '2001-01-01T00:00:00Z'), 'utf8');
}
