import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { newEvent, newEvents, newStream, numbered, plain, revisions } from '../contract/fixture.js';
import { readExactly } from '../read-exactly.js';
import { foreignClient, foreignEvents, storeOn, until } from './contract/kurrent-server.js';
import type { KurrentDbEventStore, KurrentDbEventStoreOptions } from './kurrentdb-event-store.js';
import { StandInServer } from './testing/stand-in-server.js';
import { createTestAuthority } from './testing/test-authority.js';

/** Faults that a test cannot provoke in a real server, so that only the stand-in shows them. */
describe('event store on kurrentdb (stand-in)', () => {
  let databases: TestDatabases;
  let server: StandInServer;
  const opened: KurrentDbEventStore[] = [];
  const open = (options: Partial<KurrentDbEventStoreOptions> = {}, address = server.connectionString()) => {
    const store = storeOn(databases, address, options);
    opened.push(store);
    return store;
  };

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    server = await StandInServer.start();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  afterAll(async () => {
    server.stop();
    await databases.drop();
  });

  for (const [mishap, what] of [
    ['loseAnswers', 'the connection dies after the server has stored an append'],
    ['loseRequests', 'the connection dies before the server has stored an append'],
    ['notReady', 'the server is still starting'],
  ] as const) {
    it(`completes an append once if ${what}`, async () => {
      const store = open();
      const stream = newStream();
      await store.append(stream, newEvents(1), { expectedRevision: 'no-stream' });
      const events = newEvents(10);
      server.mishaps[mishap] = 3;
      expect(await store.append(stream, events, { expectedRevision: 0 })).toEqual({
        firstRevision: 1,
        lastRevision: 10,
        repeated: false,
      });
      expect(plain(await store.readPage(stream, 1, 99))).toEqual(plain(events));
      // A lost answer is settled by reading: nothing is sent again.
      expect(server.mishaps[mishap]).toBe(mishap === 'loseAnswers' ? 2 : 0);
      server.mishaps[mishap] = 0;
    });
  }

  it('completes an append whose connection dies between each two parts', async () => {
    const store = open();
    const stream = newStream();
    const events = Array.from({ length: 40 }, (_, index) => ({
      ...newEvent(),
      bytes: Buffer.alloc(100 * 1024, index),
    }));
    server.mishaps.loseAnswers = 5;
    expect(await store.append(stream, events, { expectedRevision: 'no-stream' })).toMatchObject({
      lastRevision: 39,
      repeated: false,
    });
    expect(server.mishaps.loseAnswers).toBe(0);
    expect(plain(await readExactly(store, stream, 0, 99))).toEqual(plain(events));
  });

  it('continues subscriptions and appends without duplicates after a kill and restart of the server', async () => {
    const store = open({ lookAgainMs: 600_000 });
    const stream = newStream();
    const abort = new AbortController();
    const taken: number[] = [];
    const following = (async () => {
      for await (const page of store.subscribe(stream, { from: 0, signal: abort.signal })) {
        taken.push(...numbered(page));
        if (taken.length === 60) abort.abort();
      }
    })();
    const batches = Array.from({ length: 6 }, () => newEvents(10));
    for (const [index, events] of batches.entries()) {
      const appending = store.append(stream, events, {
        expectedRevision: index === 0 ? 'no-stream' : index * 10 - 1,
      });
      if (index % 2 === 1) await server.restart();
      await appending;
      // The server forgets recent ids at a restart; the store remembers them.
      expect(await store.append(stream, events, { expectedRevision: 'any' })).toMatchObject({
        repeated: true,
      });
    }
    await following;
    expect(taken).toEqual(revisions(60));
    expect(plain(await store.readPage(stream, 0, 99))).toEqual(plain(batches.flat()));
  });

  it('appends once if the server hangs past the deadline, which it then keeps', async () => {
    const store = open();
    const stream = newStream();
    await store.append(stream, newEvents(1), { expectedRevision: 'no-stream' });
    const foreign = await foreignClient(server.connectionString());
    server.hang();
    const arrived = server.arrived;
    const late = foreign
      .appendToStream(stream, foreignEvents(newEvents(1)), { streamState: 0n, deadline: 1 })
      .catch((error: unknown) => error);
    await until(() => server.arrived > arrived);
    const now = Date.now();
    await until(() => Date.now() > now + 1);
    server.resume();
    expect(await late).toMatchObject({ type: 'deadline-exceeded' });
    expect(await store.head(stream)).toBe(0);
    await foreign.dispose();
  });

  it('subscribes to each stream once, however many readers it has', async () => {
    const store = open();
    const stream = newStream();
    const before = server.openSubscriptions;
    const abort = new AbortController();
    const reading = Array.from({ length: 10 }, async () => {
      for await (const page of store.subscribe(stream, { from: 0, signal: abort.signal })) {
        if (page.length > 0) break;
      }
    });
    await store.append(stream, newEvents(1), { expectedRevision: 'no-stream' });
    await Promise.all(reading);
    expect(server.openSubscriptions).toBe(before + 1);
    abort.abort();
  });
});

describe('event store on kurrentdb (stand-in), with TLS and credentials,', () => {
  let databases: TestDatabases;
  let server: StandInServer;
  let folder: string;
  const credentials = { username: 'linker', password: 's@sam:e/&?' };

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    folder = await mkdtemp(join(tmpdir(), 'kinledger-tls-'));
    const authority = await createTestAuthority();
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    server = await StandInServer.start({
      credentials,
      tls: await authority.issue(),
    });
  });
  afterAll(async () => {
    server.stop();
    await rm(folder, { recursive: true, force: true });
    await databases.drop();
  });

  const authority = () => `&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`;

  it('appends, reads and follows', async () => {
    const store = storeOn(databases, server.connectionString(authority()));
    const stream = newStream();
    const events = newEvents(5);
    const following = (async () => {
      const signal = AbortSignal.timeout(60_000);
      for await (const page of store.subscribe(stream, { from: 0, signal })) return numbered(page);
      return [];
    })();
    await store.append(stream, events, { expectedRevision: 'no-stream' });
    expect(plain(await store.readPage(stream, 0, 9))).toEqual(plain(events));
    expect(await following).toEqual(revisions(5));
    expect(await store.append(stream, events, { expectedRevision: 'no-stream' })).toMatchObject({
      repeated: true,
    });
    await store.close();
  });
});
