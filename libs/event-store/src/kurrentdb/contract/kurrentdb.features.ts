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

/** Events that make three parts and the beginning of a fourth. */
const manyMebibytes = (count = 32) =>
  Array.from({ length: count }, (_, index) => ({ ...newEvent(), bytes: Buffer.alloc(100 * 1024, index) }));

/** Failures that only this adapter can meet, and surprises that were measured on a healthy server. */
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

    it('refuses ids that somebody appended with other data, though the server confirms them', async () => {
      const stream = newStream();
      const events = newEvents(3);
      const others = events.map((event) => ({ ...event, bytes: Buffer.from('other') }));
      await foreign.appendToStream(stream, foreignEvents(others), { streamState: 'no_stream' });
      // The trap: the server confirms the append, and keeps the earlier data.
      const { success } = await foreign.appendToStream(stream, foreignEvents(events), {
        streamState: 'no_stream',
      });
      expect(success).toBe(true);
      const error = await failure(store.append(stream, events, { expectedRevision: 'no-stream' }));
      expect(isEventIdReused(error)).toBe(true);
      expect(plain(await store.readPage(stream, 0, 9))).toEqual(plain(others));
    });

    it('recognises as a repetition what somebody else appended with the same ids and data', async () => {
      const stream = newStream();
      const events = newEvents(3);
      await foreign.appendToStream(stream, foreignEvents(events), { streamState: 'no_stream' });
      expect(await store.append(stream, events, { expectedRevision: 'no-stream' })).toEqual({
        firstRevision: 0,
        lastRevision: 2,
        repeated: true,
      });
    });

    it('refuses to read JSON that somebody else wrote, because its bytes are lost', async () => {
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
      // The head is still readable, and no refused page keeps its connection.
      for (let times = 0; times < 120; times += 1) await failure(store.readPage(stream, 0, 9));
      expect(await store.head(stream)).toBe(0);
    });

    describe('after an interruption between the parts of an append', () => {
      it('completes the append when it is repeated, and changes nothing when it is repeated again', async () => {
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

      it('reports a conflict if what is present does not end with a whole part', async () => {
        const stream = newStream();
        const events = manyMebibytes();
        const [part = []] = appendParts(events);
        await foreign.appendToStream(stream, foreignEvents(part.slice(0, -1)), { streamState: 'no_stream' });
        const error = await failure(store.append(stream, events, { expectedRevision: 'no-stream' }));
        expect(isRevisionConflict(error)).toBe(true);
        expect(error).toMatchObject({ actual: part.length - 2 });
      });

      it('reports a conflict if something else follows the part that is present', async () => {
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

      it('writes the segments of the rest alone, so that erased ones stay erased', async () => {
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

    describe('when the connection breaks', () => {
      beforeEach((context) => needsSingleNode(running, context));

      /** Large enough that the proxy can tell the append's bytes from those of the preceding reads. */
      const large = () =>
        Array.from({ length: 4 }, () => ({ ...newEvent(), bytes: Buffer.alloc(100 * 1024, 5) }));
      /** The first answer on a new connection takes long, and these tests have short timeouts. */
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

      it('reads an append back whose answer was lost, and has written it once', async () => {
        const { line, afar } = await openAfar();
        const stream = await begun(afar);
        // Fits HTTP/2's first flow-control window: beyond it the server's window updates would be lost too.
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

      it('stops waiting by its own timers while the server hangs in an append, and settles it once the server resumes', async () => {
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

      it('fails an append once its patience is exhausted, and settles it when it is repeated', async () => {
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

      it('resumes a subscription where it was, with the events appended meanwhile', async () => {
        // Longer than any test, so that events arrive by subscription or reconnection only.
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

    describe('stops readers when somebody deletes', () => {
      const reads = (stream: string) => [
        () => store.readPage(stream, 0, 9),
        () => store.append(stream, newEvents(1), { expectedRevision: 'no-stream' }),
        async () => {
          const signal = AbortSignal.timeout(30_000);
          for await (const page of store.subscribe(stream, { from: 0, signal })) expect(page).toEqual([]);
        },
      ];

      it('the first events of the stream', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(9), { expectedRevision: 'no-stream' });
        await foreign.setStreamMetadata(stream, { truncateBefore: 4 });
        const error = await failure(store.readPage(stream, 0, 9));
        expect(isStreamGap(error)).toBe(true);
        expect(error).toMatchObject({ stream, revision: 0 });
        expect(numbered(await store.readPage(stream, 4, 9))).toEqual([4, 5, 6, 7, 8]);
      });

      it('the stream softly, after which it would continue at its old revision', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' });
        await foreign.deleteStream(stream);
        for (const read of reads(stream)) expect(isStreamGap(await failure(read()))).toBe(true);
      });

      it('the stream permanently', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(3), { expectedRevision: 'no-stream' });
        await foreign.tombstoneStream(stream);
        for (const read of reads(stream)) expect(isStreamGap(await failure(read()))).toBe(true);
      });
    });

    it('keeps ledgers of one name separate if the installations have different prefixes', async () => {
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

    it.each(['', 'With Space', '-begins', '$system', 'x'.repeat(41)])('refuses the prefix "%s"', (prefix) => {
      expect(() => open({ prefix })).toThrow('lower-case letters, digits and hyphens');
    });

    describe('when somebody sets a retention that a ledger must not have', () => {
      it('finds $maxCount, which hides events until it is removed', async () => {
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
          expect.stringMatching(/^\$maxCount of programme-.* remove the setting before anybody scavenges$/),
        ]);
        await foreign.setStreamMetadata(stream, {});
        expect(numbered(await store.readPage(stream, 0, 9))).toHaveLength(9);
        expect(await faults()).toEqual([]);
      });

      it('finds $maxAge and $tb', async () => {
        const stream = newStream();
        await store.append(stream, newEvents(9), { expectedRevision: 'no-stream' });
        await foreign.setStreamMetadata(stream, { maxAge: 1_000_000, truncateBefore: 2 });
        const sentences = (await store.findings(stream)).map(({ sentence }) => sentence.split(' ')[0]);
        expect(sentences).toEqual(expect.arrayContaining(['$maxAge', '$tb']));
      });
    });

    describe('after segments were written without their events', () => {
      const segmentsThere = async (stream: string) => plainSegments(await open().readSegments(stream, 0, 99));
      /** Leaves a segment with its event, followed by two segments without. */
      const interrupted = async () => {
        const { line, afar } = await openAfar({ appendTimeoutMs: 2_000, patienceMs: 0 });
        const stream = newStream();
        const kept = newSegment(0);
        await afar.append(stream, newEvents(1), { expectedRevision: 'no-stream', segments: [kept] });
        const lost = [newSegment(1), newSegment(2)];
        const events = newEvents(2).map((event) => ({ ...event, bytes: Buffer.alloc(200 * 1024) }));
        // The proxy holds the append before any of it reaches the server, after its segments are written.
        line.hold(100 * 1024);
        const appending = failure(afar.append(stream, events, { expectedRevision: 0, segments: lost }));
        await until(() => line.isBroken());
        await line.cut();
        await appending;
        await line.restore();
        return { afar, stream, kept, lost };
      };

      it('sweeps those and nothing else in the next store, before it appends', async () => {
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

      it('reads a record at the other revision at which it was finally appended', async () => {
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

      it('sweeps them in the same store too, if its connection broke between segments and events', async (context) => {
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

      it('neither appends nor deletes anything on another server', async () => {
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

/** Writes what a writer leaves that dies between the segments and the events. */
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
