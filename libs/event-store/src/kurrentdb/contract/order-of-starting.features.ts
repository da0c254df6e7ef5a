import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { openLine, type BreakableLine } from '../../contract/breakable-line.js';
import { contractSuite, type Absent } from '../../contract/contract-suite.js';
import { fillStream, newEvents, newStream, numbered } from '../../contract/fixture.js';
import { isStoreUnreachable, type StoreStanding } from '../../store-standing.js';
import type { KurrentDbEventStore } from '../kurrentdb-event-store.js';
import {
  addressOf,
  needsSingleNode,
  storeOn,
  throughPort,
  until,
  type KurrentServer,
} from './kurrent-server.js';

/** Time within which reads must resume once the server answers. */
export const READS_WITHIN_MS = 5_000;

/** A store that was opened before its server was reachable, for each kind of fault. */
export function orderOfStartingFeatures(
  adapter: string,
  server: (() => Promise<KurrentServer>) | Absent,
): void {
  contractSuite('KurrentDB order of starting', adapter, server, (start) => {
    let databases: TestDatabases;
    let running: KurrentServer;
    let near: KurrentDbEventStore;
    let line: BreakableLine;
    let afar: KurrentDbEventStore;
    let standings: StoreStanding[];
    const opened: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      databases = await createTestDatabases(inject('postgresUrl'));
      running = await start();
      near = storeOn(databases, running.connectionString);
    });
    beforeEach(async (context) => {
      needsSingleNode(running, context);
      standings = [];
      line = await openLine(addressOf(running.connectionString));
      afar = storeOn(databases, throughPort(running.connectionString, line.port), {
        onStanding: (standing) => standings.push(standing),
      });
      opened.push(
        () => afar.close(),
        () => line.cut().catch(() => undefined),
      );
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((close) => close()));
    });
    afterAll(async () => {
      await near.close();
      await running.stop();
      await databases.drop();
    });

    /** Reads as a service does: retries after a short pause, whatever the error. */
    const untilRead = async (stream: string) => {
      const began = performance.now();
      await until(() => afar.head(stream).then(isThere, rethrowUnlessUnreachable));
      return performance.now() - began;
    };
    const failsToRead = async (stream: string) => {
      const error: unknown = await afar.head(stream).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(isStoreUnreachable(error)).toBe(true);
    };

    it.each([
      ['nothing listens', () => line.cut(), () => line.restore()],
      [
        'the server hangs and loses what it was sent',
        async () => line.hold(),
        async () => {
          // What was sent meanwhile is lost too, as when a machine is disconnected from the network.
          await line.cut();
          await line.restore();
        },
      ],
      ['the server hangs and resumes', async () => line.hold(), async () => line.release()],
      ['another protocol answers', async () => line.garble(), async () => line.release()],
    ])('reads, appends and follows soon after the fault ends if at first %s', async (_, away, back) => {
      const stream = newStream();
      await fillStream(near, stream, 3);
      await away();
      await failsToRead(stream);
      await failsToRead(stream);
      await back();
      expect(await untilRead(stream)).toBeLessThan(READS_WITHIN_MS);
      await afar.append(stream, newEvents(2), { expectedRevision: 2 });
      const signal = AbortSignal.timeout(30_000);
      for await (const page of afar.subscribe(stream, { from: 0, signal })) {
        expect(numbered(page)).toEqual([0, 1, 2, 3, 4]);
        break;
      }
    });

    it('waits with a first append until a server listens, and appends once', async () => {
      const stream = newStream();
      await line.cut();
      const appending = afar.append(stream, newEvents(2), { expectedRevision: 'no-stream' });
      await until(() => standings.length > 0);
      await line.restore();
      expect(await appending).toEqual({ firstRevision: 0, lastRevision: 1, repeated: false });
      expect(await near.head(stream)).toBe(1);
    });

    it('subscribes first, before a server listens', async () => {
      const stream = newStream();
      await fillStream(near, stream, 3);
      await line.cut();
      const signal = AbortSignal.timeout(30_000);
      const pages = afar.subscribe(stream, { from: 0, signal })[Symbol.asyncIterator]();
      const first = pages.next();
      await until(() => standings.length > 0);
      await line.restore();
      const began = performance.now();
      expect(numbered((await first).value as never)).toEqual([0, 1, 2]);
      expect(performance.now() - began).toBeLessThan(READS_WITHIN_MS);
    });

    it('fails each of many concurrent reads while no server listens, and each reads soon after', async () => {
      const stream = newStream();
      await fillStream(near, stream, 3);
      await line.cut();
      const heads = () => Promise.allSettled(Array.from({ length: 50 }, () => afar.head(stream)));
      expect(new Set((await heads()).map(({ status }) => status))).toEqual(new Set(['rejected']));
      await line.restore();
      await untilRead(stream);
      expect(new Set((await heads()).map(({ status }) => status))).toEqual(new Set(['fulfilled']));
    });

    it('reports an outage once, with host and port, and its end once, with its duration', async () => {
      const stream = newStream();
      await line.cut();
      for (let tries = 0; tries < 5; tries += 1) await failsToRead(stream);
      await line.restore();
      await until(() => afar.head(stream).then(() => true, rethrowUnlessUnreachable));
      expect(standings).toEqual([
        { state: 'away', why: expect.stringContaining(`nobody answers at `) as string },
        { state: 'back', afterMs: expect.any(Number) as number },
      ]);
      const [away, back] = standings;
      expect(away?.state === 'away' && away.why).toContain(`:${line.port}`);
      expect(back?.state === 'back' && back.afterMs).toBeGreaterThan(0);
    });
  });
}

const isThere = (head: number): boolean => head === 2;

function rethrowUnlessUnreachable(error: unknown): boolean {
  if (!isStoreUnreachable(error)) throw error;
  return false;
}
