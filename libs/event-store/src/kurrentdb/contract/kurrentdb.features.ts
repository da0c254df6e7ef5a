import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { openLine, type BreakableLine } from '../../contract/breakable-line.js';
import { contractSuite, type Absent } from '../../contract/contract-suite.js';
import {
  newEvent,
  newEvents,
  newSegment,
  newStream,
  numbered,
  plain,
  plainSegments,
} from '../../contract/fixture.js';
import { isEventIdReused, isRevisionConflict, isStreamGap } from '../../errors.js';
import type { Segment, StoredEvent } from '../../event-store.js';
import { readExactly } from '../../read-exactly.js';
import { appendParts } from '../append-parts.js';
import type { KurrentDbEventStore, KurrentDbEventStoreOptions } from '../kurrentdb-event-store.js';
import {
  addressOf,
  foreignClient,
  foreignEvents,
  needsSingleNode,
  storeOn,
  throughPort,
  until,
  type KurrentServer,
} from './kurrent-server.js';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Three parts and a bit. */
const manyMebibytes = (count = 32) =>
  Array.from({ length: count }, (_, index) => ({ ...newEvent(), bytes: Buffer.alloc(100 * 1024, index) }));

/** What this adapter alone can suffer, and what was measured to go wrong on a server that nothing goes wrong with. */
export function kurrentDbFeatures(adapter: string, server: (() => Promise<KurrentServer>) | Absent): void {
  contractSuite('KurrentDB adapter', adapter, server, (start) => {
    let databases: TestDatabases;
    let running: KurrentServer;
    let admin: pg.Client;
    let store: KurrentDbEventStore;
    let foreign: KurrentDBClient;
    const opened: KurrentDbEventStore[] = [];
    const lines: BreakableLine[] = [];

    const open = (options: Partial<KurrentDbEventStoreOptions> = {}, address = running.connectionString) => {
      const other = storeOn(databases, address, options);
      opened.push(other);
      return other;
    };
    const openAfar = async (options: Partial<KurrentDbEventStoreOptions> = {}) => {
      const line = await openLine(addressOf(running.connectionString));
      lines.push(line);
      return { line, afar: open(options, throughPort(running.connectionString, line.port)) };
    };

    beforeAll(async () => {
      databases = await createTestDatabases(inject('postgresUrl'));
      running = await start();
      admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
      await admin.connect();
      store = storeOn(databases, running.connectionString);
      foreign = await foreignClient(running.connectionString);
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((other) => other.close()));
      await Promise.all(lines.splice(0).map((line) => line.cut().catch(() => undefined)));
    });
    afterAll(async () => {
      await store.close();
      await foreign.dispose();
      await admin.end();
      await running.stop();
      await databases.drop();
    });

    it('somebody appended the same ids with other data: the server says yes, the store says no', async () => {
      const stream = newStream();
      const events = newEvents(3);
      const others = events.map((event) => ({ ...event, bytes: Buffer.from('other') }));
      await foreign.appendToStream(stream, foreignEvents(others), { streamState: 'no_stream' });
      // The trap itself: the server confirms, and keeps what it has.
      const { success } = await foreign.appendToStream(stream, foreignEvents(events), {
        streamState: 'no_stream',
      });
      expect(success).toBe(true);
      const error = await failure(store.append(stream, events, { expectedRevision: 'no-stream' }));
      expect(isEventIdReused(error)).toBe(true);
      expect(plain(await store.readPage(stream, 0, 9))).toEqual(plain(others));
    });

    it('somebody appended the same ids with the same data: a repetition', async () => {
      const stream = newStream();
      const events = newEvents(3);
      await foreign.appendToStream(stream, foreignEvents(events), { streamState: 'no_stream' });
      expect(await store.append(stream, events, { expectedRevision: 'no-stream' })).toEqual({
        firstRevision: 0,
        lastRevision: 2,
        repeated: true,
      });
    });

    it('somebody wrote JSON into the stream: its bytes cannot be had, and it says so', async () => {
      const stream = newStream();
      await foreign.appendToStream(stream, {
        id: newEvent().id,
        type: 'Noted',
        contentType: 'application/json',
        data: { a: 1 },
        metadata: undefined,
      });
      expect(await failure(store.readPage(stream, 0, 9))).toMatchObject({
        code: 'foreign-event',
        message: `revision 0 of ${stream} was not written by Kinledger (type Noted)`,
      });
      // Where the stream ends can be had all the same, and no refused page holds on to its connection.
      for (let times = 0; times < 120; times += 1) await failure(store.readPage(stream, 0, 9));
      expect(await store.head(stream)).toBe(0);
    });

    describe('an append of several parts was interrupted between them', () => {
      it('the same call completes it, and once more changes nothing', async () => {
        const stream = newStream();
        const events = manyMebibytes();
        const parts = appendParts(events);
        expect(parts.length).toBeGreaterThan(2);
        for (const there of [1, 2]) {
          const name = `${stream}-${there}`;
          let next = 0;
          for (const part of parts.slice(0, there)) {
            const streamState = next === 0 ? ('no_stream' as const) : BigInt(next - 1);
            await foreign.appendToStream(name, foreignEvents(part), { streamState });
            next += part.length;
          }
          const result = { firstRevision: 0, lastRevision: events.length - 1 };
          expect(await store.append(name, events, { expectedRevision: 'no-stream' })).toEqual({
            ...result,
            repeated: false,
          });
          expect(plain(await readExactly(store, name, 0, 99))).toEqual(plain(events));
          expect(await open().append(name, events, { expectedRevision: 'no-stream' })).toEqual({
            ...result,
            repeated: true,
          });
        }
      });

      it('a beginning that no interruption leaves is a conflict', async () => {
        const stream = newStream();
        const events = manyMebibytes();
        const [part = []] = appendParts(events);
        await foreign.appendToStream(stream, foreignEvents(part.slice(0, -1)), { streamState: 'no_stream' });
        const error = await failure(store.append(stream, events, { expectedRevision: 'no-stream' }));
        expect(isRevisionConflict(error)).toBe(true);
        expect(error).toMatchObject({ actual: part.length - 2 });
      });

      it('something else stands behind its beginning: a conflict', async () => {
        const stream = newStream();
        const events = manyMebibytes();
        const [part = []] = appendParts(events);
        await foreign.appendToStream(stream, foreignEvents(part), { streamState: 'no_stream' });
        await foreign.appendToStream(stream, foreignEvents(newEvents(1)), {
          streamState: BigInt(part.length - 1),
        });
        const error = await failure(store.append(stream, events, { expectedRevision: 'no-stream' }));
        expect(isRevisionConflict(error)).toBe(true);
        expect(await store.head(stream)).toBe(part.length);
      });

      it('segments of the part that is there stay erased, those of the rest come', async () => {
        const stream = newStream();
        const events = manyMebibytes();
        const segments = events.map((_, revision) => newSegment(revision));
        const [part = []] = appendParts(events);
        await foreign.appendToStream(stream, foreignEvents(part), { streamState: 'no_stream' });
        await store.append(stream, events, { expectedRevision: 'no-stream', segments });
        const there = await store.readSegments(stream, 0, events.length);
        expect(there.map(({ revision }) => revision)).toEqual(
          segments.slice(part.length).map(({ revision }) => revision),
        );
      });
    });

    describe('the connection breaks', () => {
      beforeEach((context) => needsSingleNode(running, context));

      /** Large enough that the line can tell its bytes from those of the looks before it. */
      const large = () =>
        Array.from({ length: 4 }, () => ({ ...newEvent(), bytes: Buffer.alloc(100 * 1024, 5) }));
      /** The first answer on a new connection takes long, and these tests wait briefly. */
      const begun = async (afar: KurrentDbEventStore) => {
        const stream = newStream();
        const first = newEvents(1);
        await until(() =>
          afar.append(stream, first, { expectedRevision: 'no-stream' }).then(
            () => true,
            () => false,
          ),
        );
        return stream;
      };

      it('the answer of an append is lost: it is read back, and was written once', async () => {
        const { line, afar } = await openAfar();
        const stream = await begun(afar);
        // Within HTTP/2's first window: beyond it the server's leave to send on would be lost too.
        const events = Array.from({ length: 4 }, () => ({
          ...newEvent(),
          bytes: Buffer.alloc(10 * 1024, 5),
        }));
        line.loseAnswers(20 * 1024);
        const appending = afar.append(stream, events, { expectedRevision: 0 });
        await until(async () => (await store.head(stream)) === 4);
        await line.cut();
        await line.restore();
        expect(await appending).toEqual({ firstRevision: 1, lastRevision: 4, repeated: false });
        expect(plain(await store.readPage(stream, 1, 100))).toEqual(plain(events));
        expect(await store.head(stream)).toBe(4);
      });

      it('the server hangs in an append: own timers end the wait, and it is settled when the server goes on', async () => {
        const { line, afar } = await openAfar({
          appendTimeoutMs: 700,
          readTimeoutMs: 700,
          patienceMs: 60_000,
        });
        const stream = await begun(afar);
        const events = large();
        line.hold(100 * 1024);
        const appending = afar.append(stream, events, { expectedRevision: 0 });
        await until(() => line.isBroken());
        expect(await failure(afar.head(stream))).toMatchObject({
          code: 'event-store-unreachable',
        });
        line.release();
        expect(await appending).toEqual({ firstRevision: 1, lastRevision: 4, repeated: false });
        expect(plain(await store.readPage(stream, 1, 100))).toEqual(plain(events));
      });

      it('nobody answers for longer than it is patient: it fails, and the same append settles it', async () => {
        const { line, afar } = await openAfar({ appendTimeoutMs: 700, readTimeoutMs: 700, patienceMs: 0 });
        const stream = await begun(afar);
        const events = large();
        line.loseAnswers(100 * 1024);
        expect(await failure(afar.append(stream, events, { expectedRevision: 0 }))).toMatchObject({
          code: 'event-store-unreachable',
        });
        await line.cut();
        await line.restore();
        await until(() =>
          afar.append(stream, events, { expectedRevision: 0 }).then(
            ({ lastRevision }) => lastRevision === 4,
            () => false,
          ),
        );
        expect(await store.head(stream)).toBe(4);
      });

      it('a subscription goes on where it was, with what came meanwhile', async () => {
        // Longer than any test: what arrives, arrives by subscription or reconnection.
        const { line, afar } = await openAfar({ lookAgainMs: 600_000 });
        const stream = newStream();
        await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' });
        const abort = new AbortController();
        const taken: StoredEvent[] = [];
        const following = (async () => {
          for await (const page of afar.subscribe(stream, { from: 0, signal: abort.signal })) {
            taken.push(...page);
            if (taken.length === 9) abort.abort();
          }
        })();
        await until(() => taken.length === 3);
        await line.cut();
        await store.append(stream, newEvents(3), { expectedRevision: 2 });
        await line.restore();
        await until(() => taken.length === 6);
        await store.append(stream, newEvents(3), { expectedRevision: 5 });
        await following;
        expect(numbered(taken)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      });
    });

    describe('somebody takes events away: readers stop instead of going on', () => {
      const reads = (stream: string) => [
        () => store.readPage(stream, 0, 9),
        () => store.append(stream, newEvents(1), { expectedRevision: 'no-stream' }),
        async () => {
          const signal = AbortSignal.timeout(30_000);
          for await (const page of store.subscribe(stream, { from: 0, signal })) expect(page).toEqual([]);
        },
      ];

      it('the beginning of the stream', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(9), { expectedRevision: 'no-stream' });
        await foreign.setStreamMetadata(stream, { truncateBefore: 4 });
        const error = await failure(store.readPage(stream, 0, 9));
        expect(isStreamGap(error)).toBe(true);
        expect(error).toMatchObject({ stream, revision: 0 });
        expect(numbered(await store.readPage(stream, 4, 9))).toEqual([4, 5, 6, 7, 8]);
      });

      it('the stream, softly: it would go on at its old revision', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' });
        await foreign.deleteStream(stream);
        for (const read of reads(stream)) expect(isStreamGap(await failure(read()))).toBe(true);
      });

      it('the stream, for ever', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' });
        await foreign.tombstoneStream(stream);
        for (const read of reads(stream)) expect(isStreamGap(await failure(read()))).toBe(true);
      });
    });

    it('keeps installations apart that have prefixes of their own, under one name of their ledgers', async () => {
      const stream = newStream();
      const stores = [store, open({ prefix: 'staging' }), open({ prefix: 'test-2' })];
      const ledgers = stores.map((_, index) => newEvents(index + 1));
      for (const [index, each] of stores.entries()) {
        await each.append(stream, ledgers[index] ?? [], { expectedRevision: 'no-stream' });
      }
      for (const [index, each] of stores.entries()) {
        const ours = ledgers[index] ?? [];
        expect(await each.head(stream)).toBe(index);
        expect(plain(await each.readPage(stream, 0, 9))).toEqual(plain(ours));
        const signal = AbortSignal.timeout(30_000);
        for await (const page of each.subscribe(stream, { from: 0, signal })) {
          expect(plain(page)).toEqual(plain(ours));
          break;
        }
      }
      await foreign.setStreamMetadata(`staging-${stream}`, { maxCount: 1 });
      const faulty = await Promise.all(stores.map(async (each) => (await each.findings(stream)).length > 0));
      expect(faulty).toEqual([false, true, false]);
    });

    it.each(['', 'With Space', '-begins', '$system', 'x'.repeat(41)])(
      'takes no prefix like "%s"',
      (prefix) => {
        expect(() => open({ prefix })).toThrow('lower-case letters, digits and hyphens');
      },
    );

    describe('somebody sets what a ledger must not have', () => {
      it('$maxCount hides events, and they are there again once it is taken back', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(9), { expectedRevision: 'no-stream' });
        const faults = async () =>
          (await store.findings(stream))
            .filter(({ weight }) => weight === 'fault')
            .map(({ sentence }) => sentence);
        expect(await faults()).toEqual([]);
        await foreign.setStreamMetadata(stream, { maxCount: 4 });
        expect(isStreamGap(await failure(store.readPage(stream, 0, 9)))).toBe(true);
        expect(await faults()).toEqual([
          expect.stringMatching(
            /^\$maxCount of programme-.* take the setting away before anybody scavenges$/,
          ),
        ]);
        await foreign.setStreamMetadata(stream, {});
        expect(numbered(await store.readPage(stream, 0, 9))).toHaveLength(9);
        expect(await faults()).toEqual([]);
      });

      it('$maxAge and $tb are found too', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(9), { expectedRevision: 'no-stream' });
        await foreign.setStreamMetadata(stream, { maxAge: 1_000_000, truncateBefore: 2 });
        const sentences = (await store.findings(stream)).map(({ sentence }) => sentence.split(' ')[0]);
        expect(sentences).toEqual(expect.arrayContaining(['$maxAge', '$tb']));
      });
    });

    describe('segments were written and their events never came', () => {
      const segmentsThere = async (stream: string) => plainSegments(await open().readSegments(stream, 0, 99));
      /** Leaves two segments of events that never came behind one that did. */
      const interrupted = async () => {
        const { line, afar } = await openAfar({ appendTimeoutMs: 2_000, patienceMs: 0 });
        const stream = newStream();
        const kept = newSegment(0);
        await afar.append(stream, newEvents(1), { expectedRevision: 'no-stream', segments: [kept] });
        const lost = [newSegment(1), newSegment(2)];
        const events = newEvents(2).map((event) => ({ ...event, bytes: Buffer.alloc(200 * 1024) }));
        // Nothing of the append reaches the server: its segments are in by then.
        line.hold(100 * 1024);
        const appending = failure(afar.append(stream, events, { expectedRevision: 0, segments: lost }));
        await until(() => line.isBroken());
        await line.cut();
        await appending;
        await line.restore();
        return { afar, stream, kept, lost };
      };

      it('the next store sweeps them before it appends, and nothing else', async () => {
        const stream = newStream();
        const kept = newSegment(0);
        await store.append(stream, newEvents(1), { expectedRevision: 'no-stream', segments: [kept] });
        const lost = [newSegment(1), newSegment(2)];
        await writeSegmentsAhead(admin, stream, lost);
        const next = open({ appendTimeoutMs: 50 });
        const own = newSegment(1);
        await next.append(stream, newEvents(1), { expectedRevision: 0, segments: [own] });
        expect(await segmentsThere(stream)).toEqual(plainSegments([kept, own]));
      });

      it('a record that comes at another place after all is read there', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(1), { expectedRevision: 'no-stream' });
        const [lost] = [newSegment(1)];
        await writeSegmentsAhead(admin, stream, [lost]);
        const next = open({ appendTimeoutMs: 50 });
        await next.append(stream, newEvents(2), {
          expectedRevision: 0,
          segments: [{ ...lost, revision: 2 }],
        });
        expect((await next.readSegments(stream, 0, 9)).map(({ revision }) => revision)).toEqual([2]);
      });

      it('the line broke between segments and events: the store that lived on sweeps them too', async (context) => {
        needsSingleNode(running, context);
        const { afar, stream, kept, lost } = await interrupted();
        expect(await segmentsThere(stream)).toEqual(plainSegments([kept, ...lost]));
        const more = newSegment(1);
        await until(() =>
          afar.head(stream).then(
            () => true,
            () => false,
          ),
        );
        await afar.append(stream, newEvents(1), { expectedRevision: 0, segments: [more] });
        expect(await segmentsThere(stream)).toEqual(plainSegments([kept, more]));
      });

      it('the server is another one: it appends nothing and deletes nothing', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(1), { expectedRevision: 'no-stream' });
        await writeSegmentsAhead(admin, stream, [newSegment(7)]);
        const before = await segmentsThere(stream);
        const error = await failure(open().append(stream, newEvents(1), { expectedRevision: 0 }));
        expect(error).toMatchObject({ code: 'ledger-too-short' });
        expect(await segmentsThere(stream)).toEqual(before);
        expect(await store.head(stream)).toBe(0);
      });
    });
  });
}

/** What a writer leaves that died between the segments and the events. */
async function writeSegmentsAhead(
  admin: pg.ClientBase | pg.Pool,
  stream: string,
  segments: readonly Segment[],
): Promise<void> {
  const revisions = segments.map(({ revision }) => revision);
  await admin.query(
    `INSERT INTO ledger.segments_ahead AS ahead (stream, first_revision, last_revision)
     SELECT stream, $2, $3 FROM ledger.stream WHERE name = $1
     ON CONFLICT (stream) DO UPDATE
       SET first_revision = excluded.first_revision, last_revision = excluded.last_revision, begun_at = excluded.begun_at`,
    [stream, Math.min(...revisions), Math.max(...revisions)],
  );
  for (const { revision, bodies, bytes } of segments) {
    await admin.query(
      'INSERT INTO ledger.segment (stream, revision, bodies, bytes) SELECT stream, $2, $3, $4 FROM ledger.stream WHERE name = $1',
      [stream, revision, bodies, bytes],
    );
  }
}
