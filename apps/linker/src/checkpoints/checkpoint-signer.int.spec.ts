import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { isSignedBy, parseCheckpoint, TreeRoot, verifierKey } from '@kinledger/domain';
import {
  InMemoryCheckpoints,
  InMemoryEventStore,
  PostgresCheckpoints,
  PostgresEventStore,
  type Checkpoints,
  type EventStore,
} from '@kinledger/event-store';
import { withMethods } from '@kinledger/test-doubles';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { until } from '../testing/linker-world.js';
import { CheckpointFolder } from './checkpoint-folder.js';
import { isCheckpointRefused } from './checkpoint-refused.js';
import { CheckpointSigner, type CheckpointSignerOptions } from './checkpoint-signer.js';
import { readSigningKey, type SigningKey } from './signing-key.js';

const stream = 'programme-leap';
const eventId = (revision: number) => `00000000-0000-8000-8000-${String(revision).padStart(12, '0')}`;
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Records what a signer reports. */
class Told {
  readonly sizes: number[] = [];
  readonly failures: unknown[] = [];
  times = 0;
  isCopied: boolean | undefined;
  grown = () => undefined;
  signed = (size: number) => void this.sizes.push(size);
  failed = (error: unknown) => void this.failures.push(error);
  copied = (isComplete: boolean) => void (this.isCopied = isComplete);
  caughtUp = () => void (this.times += 1);
  get refusals() {
    return this.failures.filter(isCheckpointRefused).map(({ message }) => message);
  }
}

describe('checkpoints', () => {
  let scratch: string;
  let directory: string;
  let key: SigningKey;
  let store: EventStore;
  let checkpoints: Checkpoints;
  const running: { stop: () => Promise<void> }[] = [];

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'kinledger-checkpoints-'));
    directory = join(scratch, 'checkpoints');
    key = await newKey('key.pem');
    store = new InMemoryEventStore();
    checkpoints = new InMemoryCheckpoints();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
    rmSync(scratch, { recursive: true });
  });

  async function newKey(name: string): Promise<SigningKey> {
    const file = join(scratch, name);
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return readSigningKey(file);
  }

  /** Appends until the stream has this number of events; each contains its index, or the mark. */
  async function grow(to: number, mark = 'event', into = store): Promise<void> {
    const head = await into.head(stream);
    const events = Array.from({ length: to - head - 1 }, (_, index) => {
      const revision = head + 1 + index;
      return { id: eventId(revision), type: 'Noted', bytes: Buffer.from(`${mark} ${revision}`) };
    });
    await into.append(stream, events, { expectedRevision: head === -1 ? 'no-stream' : head });
  }

  function start(change: Partial<CheckpointSignerOptions> = {}) {
    const told = new Told();
    const folder = new CheckpointFolder(directory, stream);
    const signer = new CheckpointSigner({
      ...{ stream, store, checkpoints, folder, key, observer: told },
      ...{ everyMs: 60_000, quietMs: 5, retryMs: 1, ...change },
    });
    const stopping = new AbortController();
    const done = signer.run(stopping.signal);
    const stop = () => {
      stopping.abort();
      return done;
    };
    running.push({ stop });
    return { signer, told, stop, kill: () => stopping.abort() };
  }

  const files = () => (existsSync(directory) ? readdirSync(directory).sort() : []);
  const read = (size: number) =>
    parseCheckpoint(readFileSync(join(directory, `${stream}-${String(size).padStart(12, '0')}.txt`)))!;
  const isCopied = (size: number) =>
    existsSync(join(directory, `${stream}-${String(size).padStart(12, '0')}.txt`));
  const rootOf = async (size: number) => {
    const tree = new TreeRoot();
    for (const { bytes } of await store.readPage(stream, 0, size)) tree.add(bytes);
    return tree.hex();
  };
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

  it("cover the store's events up to the last closing one, signed with the key, in both places", async () => {
    await grow(7);
    const { signer, told } = start();
    signer.closedUpTo(4);
    await until('it is copied', () => isCopied(5) && told.times > 0);
    const { checkpoint, note } = read(5);
    expect(checkpoint).toMatchObject({ origin: 'kinledger/programme-leap', size: 5, extensions: [] });
    expect(hex(checkpoint.root)).toBe(await rootOf(5));
    expect(isSignedBy(note, verifierKey('kinledger/programme-leap', key.publicKey))).toBe(true);
    expect(files()).toEqual(['programme-leap-000000000005.txt']);
    expect(statSync(join(directory, files()[0]!)).mode & 0o777).toBe(0o644);
    const [kept] = await checkpoints.notesAfter(stream, 0, 10);
    expect(parseCheckpoint(kept!.note)).toEqual({ checkpoint, note });
    expect(told.failures).toEqual([]);
  });

  it('are at each size at which a quarter closed, at once, also if others follow or the signer was killed before', async () => {
    await grow(30);
    const slow = { quietMs: 60_000 };
    const first = start(slow);
    first.signer.closedUpTo(4, [4]);
    await until('the first is copied', () => isCopied(5));
    await first.stop();
    const second = start(slow);
    second.signer.closedUpTo(29, [4, 9, 19]);
    await until('the last is copied', () => isCopied(30));
    expect(files().map((name) => Number(name.slice(-16, -4)))).toEqual([5, 10, 20, 30]);
    expect(hex(read(10).checkpoint.root)).toBe(await rootOf(10));
    expect(second.told.failures).toEqual([]);
  });

  it('are limited in frequency while the ledger grows, and signed soon after it stops growing', async () => {
    await grow(100);
    const { signer, told } = start({ quietMs: 30 });
    for (let revision = 0; revision < 100; revision += 1) {
      signer.closedUpTo(revision);
      if (revision % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until('it has caught up', () => told.sizes.includes(100));
    // The first is due at once, because nothing was signed before; then only the quiet end.
    expect(told.sizes.length).toBeLessThanOrEqual(2);
  });

  it('are signed repeatedly while the ledger never rests', async () => {
    await grow(300);
    const { signer, told } = start({ quietMs: 60_000, everyMs: 5 });
    // It grows for as long as the signer needs on a busy machine.
    let revision = 0;
    await until('several are signed', () => {
      signer.closedUpTo(Math.min((revision += 1), 299));
      return told.sizes.length > 2;
    });
    expect(told.sizes).toEqual([...told.sizes].sort((a, b) => a - b));
  });

  it('are divided if many events come at once, each continuing from the previous one', async () => {
    await grow(25);
    const { signer, told } = start({ maxEvents: 10 });
    signer.closedUpTo(24);
    await until('it has caught up', () => isCopied(25));
    expect(told.sizes).toEqual([10, 20, 25]);
    for (const size of told.sizes) expect(hex(read(size).checkpoint.root)).toBe(await rootOf(size));
    const leaves = await checkpoints.leaves(stream, 0, 26);
    expect(leaves.filter((leaf) => leaf !== undefined)).toHaveLength(25);
  });

  it('continue after a restart without reading signed events again', async () => {
    await grow(10);
    const first = start();
    first.signer.closedUpTo(9);
    await until('it is copied', () => isCopied(10));
    await first.stop();
    await grow(12);
    const froms: number[] = [];
    const counting = withMethods(store, {
      readPage: (of, from, limit) => {
        froms.push(from);
        return store.readPage(of, from, limit);
      },
    });
    const { signer } = start({ store: counting });
    signer.closedUpTo(11);
    await until('it is copied', () => isCopied(12));
    expect(froms).toEqual([10]);
    expect(hex(read(12).checkpoint.root)).toBe(await rootOf(12));
  });

  describe('when the process is killed', () => {
    const moments: [string, () => Partial<CheckpointSignerOptions>][] = [
      ['while it reads', () => ({ store: withMethods(store, { readPage: never }) })],
      ['before it keeps one', () => ({ checkpoints: withMethods(checkpoints, { add: never }) })],
      [
        'after it kept one and before it copied it',
        () => ({ folder: withMethods(new CheckpointFolder(directory, stream), { write: never }) }),
      ],
    ];
    it.each(moments)('continue as if nothing had happened: %s', async (_, hanging) => {
      await grow(5);
      const dying = start({ ...hanging(), quietMs: 1 });
      dying.signer.closedUpTo(4);
      await new Promise((resolve) => setTimeout(resolve, 30));
      dying.kill();
      running.pop();
      expect(files()).toEqual([]);
      const { signer, told } = start();
      await grow(6);
      signer.closedUpTo(5);
      await until('it is copied', () => isCopied(6));
      for (const { size, note } of await checkpoints.notesAfter(stream, 0, 10)) {
        expect(hex(read(size).checkpoint.root)).toBe(await rootOf(size));
        expect(parseCheckpoint(note)!.checkpoint.size).toBe(size);
      }
      expect(told.failures).toEqual([]);
    });
  });

  it('are signed while the operator’s folder is unavailable, and copied once it is back', async () => {
    await grow(3);
    let away = true;
    const inner = new CheckpointFolder(directory, stream);
    const folder = withMethods(inner, {
      write: (size, note) => (away ? Promise.reject(new Error('no medium')) : inner.write(size, note)),
    });
    const { signer, told } = start({ folder });
    signer.closedUpTo(2);
    await until('it is stored', () => told.sizes.includes(3) && told.failures.length > 0);
    expect(files()).toEqual([]);
    expect(told.isCopied).toBe(false);
    away = false;
    await grow(4);
    signer.closedUpTo(3);
    await until('both are copied', () => isCopied(3) && isCopied(4) && told.isCopied === true);
  });

  describe('that contradict each other are refused', () => {
    /** Signs five events, and restores the ledger and database to an earlier state. */
    const restoredTo = async (events: number, mark: string) => {
      await grow(5);
      const before = start();
      before.signer.closedUpTo(4);
      await until('it is signed', () => files().length === 1);
      await before.stop();
      store = new InMemoryEventStore();
      checkpoints = new InMemoryCheckpoints();
      if (events > 0) await grow(events, mark);
    };

    it('while a restored ledger ends before a copy, until it has the same events again', async () => {
      await restoredTo(3, 'event');
      const { signer, told, stop } = start();
      signer.closedUpTo(2);
      await until('it is refused', () => told.refusals.length > 0);
      expect(told.refusals[0]).toContain('has one of 5 events, and the ledger has 3');
      expect(await checkpoints.last(stream)).toBeUndefined();
      await stop();
      await grow(6);
      const again = start();
      again.signer.closedUpTo(5);
      await until('it is signed', () => again.told.sizes.includes(6));
      expect(again.told.failures).toEqual([]);
    });

    it('if a restored ledger was continued differently', async () => {
      await restoredTo(7, 'another event');
      const { signer, told } = start();
      signer.closedUpTo(6);
      await until('it is refused', () => told.refusals.length > 0);
      expect(told.refusals[0]).toContain('has one of 5 events with another root');
      expect(await checkpoints.last(stream)).toBeUndefined();
      expect(files()).toHaveLength(1);
    });

    it('if a checkpoint beside the ledger was changed', async () => {
      await grow(2);
      await checkpoints.add(stream, {
        ...{ size: 1, note: Buffer.from('nothing'), frontier: Buffer.alloc(32), leaves: Buffer.alloc(32) },
      });
      const { signer, told } = start();
      signer.closedUpTo(1);
      await until('it is refused', () => told.refusals.length > 0);
      expect(told.refusals[0]).toContain('it was changed');
      expect(files()).toEqual([]);
    });

    it('but not because of a checkpoint that another key signed', async () => {
      await restoredTo(7, 'another event');
      key = await newKey('another.pem');
      const { signer, told } = start();
      signer.closedUpTo(6);
      await until('it is signed', () => told.sizes.includes(7));
      expect(told.refusals).toEqual([]);
    });
  });

  describe('after a change of the key', () => {
    const signersOf = async () =>
      Object.fromEntries(
        (await checkpoints.notesAfter(stream, 0, 100)).map(({ size, note }) => {
          const { note: signed } = parseCheckpoint(note)!;
          const isBy = (one: SigningKey) =>
            isSignedBy(signed, verifierKey('kinledger/programme-leap', one.publicKey));
          return [size, isBy(key)];
        }),
      );
    const changedAt = (from: number, to: SigningKey) => [
      { from: 0, publicKey: key.publicKey },
      { from, publicKey: to.publicKey },
    ];

    it('are signed by the new key from the one that covers the change, also if the old key is gone', async () => {
      await grow(20);
      const next = await newKey('next.pem');
      const keys = changedAt(7, next);
      const before = start();
      before.signer.closedUpTo(2);
      await until('it is copied', () => isCopied(3));
      await before.stop();
      const { signer, told } = start({ key: next, maxEvents: 2 });
      signer.closedUpTo(12, [4], keys);
      await until('all is copied', () => isCopied(13));
      expect(await signersOf()).toEqual({ 3: true, 8: false, 10: false, 12: false, 13: false });
      expect(told.failures).toEqual([]);
    });

    it('are signed by the old key up to the change while that is configured', async () => {
      await grow(20);
      const next = await newKey('next.pem');
      const { signer, told } = start({ key: next, previousKey: key, maxEvents: 3 });
      signer.closedUpTo(9, [4], changedAt(6, next));
      await until('all is copied', () => isCopied(10));
      expect(await signersOf()).toEqual({ 3: true, 5: true, 8: false, 10: false });
      expect(told.failures).toEqual([]);
    });

    it('are refused if the last one beside the ledger is by a key that was not in force at its size', async () => {
      await grow(20);
      const next = await newKey('next.pem');
      const before = start();
      before.signer.closedUpTo(9);
      await until('it is copied', () => isCopied(10));
      await before.stop();
      const { signer, told } = start({ key: next, previousKey: key });
      signer.closedUpTo(12, [], changedAt(7, next));
      await until('it is refused', () => told.refusals.length > 0);
      expect(told.refusals[0]).toContain('was not signed by the ledger’s key');
    });

    it('are refused while a restored ledger contradicts a copy by the new key', async () => {
      await grow(9);
      const next = await newKey('next.pem');
      const before = start({ key: next });
      before.signer.closedUpTo(8, [], changedAt(4, next));
      await until('it is copied', () => isCopied(9));
      await before.stop();
      store = new InMemoryEventStore();
      checkpoints = new InMemoryCheckpoints();
      await grow(12, 'another event');
      const { signer, told } = start({ key: next, previousKey: key });
      signer.closedUpTo(11, [], changedAt(10, next));
      await until('it is refused', () => told.refusals.length > 0);
      expect(told.refusals[0]).toContain('has one of 9 events with another root');
    });
  });

  it('leave a damaged file in place, and report it', async () => {
    await grow(2);
    const before = start();
    before.signer.closedUpTo(1);
    await until('it is copied', () => files().length === 1);
    await before.stop();
    const file = join(directory, files()[0]!);
    chmodSync(file, 0o644);
    writeFileSync(file, 'damaged');
    const { signer, told } = start();
    signer.closedUpTo(1);
    await until('the failure is reported', () => told.failures.length > 0);
    expect(String(told.failures[0])).toContain('is not the checkpoint');
    expect(readFileSync(file, 'utf8')).toBe('damaged');
  });

  describe('in PostgreSQL', () => {
    let databases: TestDatabases;
    let pool: pg.Pool;
    beforeAll(async () => {
      databases = await createTestDatabases(inject('postgresUrl'));
      pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'checkpoints' });
    });
    afterAll(async () => {
      await pool.end();
      await databases.drop();
    });

    it('are the same from two concurrent signers, and one size has one root', async () => {
      store = new PostgresEventStore({
        url: databases.url('platform', 'linker'),
        applicationName: 'checkpoints',
      });
      checkpoints = new PostgresCheckpoints(pool);
      const signers = [start({ everyMs: 1 }), start({ everyMs: 1 })];
      for (let size = 5; size <= 50; size += 5) {
        await grow(size);
        for (const { signer } of signers) signer.closedUpTo(size - 1);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      await until('both have caught up', () => signers.every(({ told }) => told.sizes.includes(50)));
      for (const { size, note } of await checkpoints.notesAfter(stream, 0, 100)) {
        expect(hex(parseCheckpoint(note)!.checkpoint.root)).toBe(await rootOf(size));
      }
      expect(signers.flatMap(({ told }) => told.refusals)).toEqual([]);
      await store.close();
    });
  });
});
