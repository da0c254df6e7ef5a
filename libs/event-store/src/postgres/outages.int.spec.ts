import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createPool } from '@kinledger/database';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  fillStream,
  newEvent,
  newEvents,
  newStream,
  numbered,
  plain,
  revisions,
} from '../contract/fixture.js';
import { openLine } from '../contract/breakable-line.js';
import { isStreamGap } from '../errors.js';
import type { StoredEvent } from '../event-store.js';
import { isConnectionLoss } from './connection-loss.js';
import { copiedRows } from './copied-rows.js';
import { PostgresEventStore } from './postgres-event-store.js';

/** Failures that only this adapter can meet: PostgreSQL's own connections, locks and rows. */
describe('event store on PostgreSQL', () => {
  let databases: TestDatabases;
  let admin: pg.Client;
  let store: PostgresEventStore;
  const name = `store-${randomUUID()}`;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await databases.drop();
  });
  beforeEach(() => {
    store = new PostgresEventStore({
      url: databases.url('platform', 'linker'),
      applicationName: name,
      // Longer than any test, so that events arrive by notification or reconnection only.
      lookAgainMs: 600_000,
    });
  });
  afterEach(() => store.close());

  const cutConnections = async () => {
    const { rows } = await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
      [name],
    );
    return rows.length;
  };
  const until = async (condition: () => Promise<boolean>) => {
    while (!(await condition())) await turn();
  };
  const sessions = async (where: string) => {
    const { rowCount } = await admin.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND ${where}`,
      [name],
    );
    return rowCount ?? 0;
  };

  it('makes the next writer wait for a slow commit, and shows no reader the later events first', async () => {
    const stream = newStream();
    const slow = new pg.Client({ connectionString: databases.url('platform', 'linker') });
    await slow.connect();
    await slow.query('BEGIN');
    const { rows } = await slow.query<{ stream: number }>('SELECT * FROM ledger.take_stream($1)', [stream]);
    const first = newEvent();
    await slow.query('INSERT INTO ledger.event VALUES ($1, 0, $2, $3, $4)', [
      rows[0]?.stream,
      first.id,
      first.type,
      Buffer.from(first.bytes),
    ]);

    const second = newEvent();
    const appending = store.append(stream, [second], { expectedRevision: 'any' });
    await until(async () => (await sessions(`wait_event_type = 'Lock'`)) === 1);
    expect(await store.readPage(stream, 0, 10)).toEqual([]);

    await slow.query('COMMIT');
    expect(await appending).toMatchObject({ firstRevision: 1 });
    expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain([first, second]));
    await slow.end();
  });

  it('keeps nothing of a writer that dies before its commit, and frees the stream', async () => {
    const stream = newStream();
    const dying = new pg.Client({ connectionString: databases.url('platform', 'linker') });
    dying.on('error', () => undefined);
    await dying.connect();
    await dying.query('BEGIN');
    await dying.query('SELECT * FROM ledger.take_stream($1)', [stream]);
    const appending = store.append(stream, newEvents(2), { expectedRevision: 'no-stream' });
    await until(async () => (await sessions(`wait_event_type = 'Lock'`)) === 1);
    await dying.end();
    expect(await appending).toMatchObject({ firstRevision: 0, repeated: false });
  });

  it('resumes a subscription where it was after its connections are cut', async () => {
    const stream = newStream();
    await fillStream(store, stream, 3);
    const abort = new AbortController();
    const taken: StoredEvent[] = [];
    const writer = new PostgresEventStore({
      url: databases.url('platform', 'linker'),
      applicationName: 'writer',
    });
    const following = (async () => {
      for await (const page of store.subscribe(stream, { from: 0, signal: abort.signal })) {
        taken.push(...page);
        if (taken.length === 9) abort.abort();
      }
    })();
    await until(async () => taken.length === 3 && (await sessions(`query LIKE 'LISTEN%'`)) === 1);

    expect(await cutConnections()).toBeGreaterThan(0);
    // Committed while nobody listens, so that the reconnection itself must wake the reader.
    await writer.append(stream, newEvents(3), { expectedRevision: 2 });
    await until(async () => taken.length === 6);
    await until(async () => (await sessions(`query LIKE 'LISTEN%'`)) === 1);
    await writer.append(stream, newEvents(3), { expectedRevision: 5 });
    await following;
    expect(numbered(taken)).toEqual(revisions(9));
    await writer.close();
  });

  it('keeps a subscription waiting while the server is down', async () => {
    const stream = newStream();
    await fillStream(store, stream, 2);
    const url = new URL(databases.url('platform', 'linker'));
    const line = await openLine({ host: url.hostname, port: Number(url.port) });
    url.port = String(line.port);
    url.hostname = '127.0.0.1';
    const afar = new PostgresEventStore({ url: url.href, applicationName: name });
    const abort = new AbortController();
    const pages = afar
      .subscribe(stream, { from: 0, pageSize: 1, signal: abort.signal })
      [Symbol.asyncIterator]();
    expect(numbered((await pages.next()).value as StoredEvent[])).toEqual([0]);

    await line.cut();
    await expect(afar.head(stream)).rejects.toThrow();
    const next = pages.next();
    await expect(afar.head(stream)).rejects.toThrow();
    await line.restore();
    expect(numbered((await next).value as StoredEvent[])).toEqual([1]);
    expect(await afar.head(stream)).toBe(1);

    abort.abort();
    await afar.close();
    await line.cut();
  });

  it('fails an append whose connection is cut, and settles it when it is repeated', async () => {
    const stream = newStream();
    const events = newEvents(3);
    const blocker = new pg.Client({ connectionString: databases.url('platform', 'linker') });
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT * FROM ledger.take_stream($1)', [stream]);
    const appending = store.append(stream, events, { expectedRevision: 'no-stream' });
    const failed = expect(appending).rejects.toThrow();
    await until(async () => (await sessions(`wait_event_type = 'Lock'`)) === 1);
    await cutConnections();
    await failed;
    await blocker.query('ROLLBACK');
    await blocker.end();
    await store.append(stream, events, { expectedRevision: 'no-stream' });
    expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
  });

  it('fails a read whose connection is cut as a lost connection, and reads everything the next time', async () => {
    const stream = newStream();
    const events = await fillStream(store, stream, 10);
    const blocker = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE ledger.event, ledger.segment');
    const failures = [store.readPage(stream, 0, 10), store.readSegments(stream, 0, 9)].map((reading) =>
      reading.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    await until(async () => (await sessions(`wait_event_type = 'Lock'`)) === 2);
    await cutConnections();
    expect((await Promise.all(failures)).map(isConnectionLoss)).toEqual([true, true]);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(plain(await store.readPage(stream, 0, 10))).toEqual(plain(events));
  });

  it('does not take rows for complete if the connection is cut between two of them', async () => {
    const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: name, max: 1 });
    const read = (select: string) => copiedRows(pool, select, (row) => row.bigint());
    const taken: number[] = [];
    const reading = copiedRows(
      pool,
      'SELECT n::bigint FROM generate_series(1, 20000) n WHERE n <= 10000 OR pg_sleep(600) IS NULL',
      (row) => taken.push(row.bigint()),
    );
    const failed = expect(reading).rejects.toSatisfy(isConnectionLoss);
    await until(async () => taken.length > 0 && (await sessions(`wait_event = 'PgSleep'`)) === 1);
    await cutConnections();
    await failed;
    expect(await read('SELECT n::bigint FROM generate_series(1, 3) n')).toEqual([1, 2, 3]);
    await expect(read('SELECT 1 / (n - 2) FROM generate_series(1, 3) n')).rejects.toMatchObject({
      code: '22012',
    });
    expect(await read('SELECT n::bigint FROM generate_series(1, 3) n')).toEqual([1, 2, 3]);
    await pool.end();
  });

  it('stops readers if somebody deletes an event from the table', async () => {
    const stream = newStream();
    await fillStream(store, stream, 10);
    await admin.query(
      'DELETE FROM ledger.event WHERE revision = 4 AND stream = (SELECT stream FROM ledger.stream WHERE name = $1)',
      [stream],
    );
    for (const read of [
      () => store.readPage(stream, 0, 10),
      () => store.readPage(stream, 4, 10),
      () => store.readPage(stream, 4, 1),
      async () => {
        for await (const page of store.subscribe(stream, {
          from: 0,
          pageSize: 4,
          signal: AbortSignal.timeout(30_000),
        })) {
          expect(numbered(page)).toEqual([0, 1, 2, 3]);
        }
      },
    ]) {
      const error: unknown = await read().catch((reason: unknown) => reason);
      expect(isStreamGap(error)).toBe(true);
      expect(error).toMatchObject({ stream, revision: 4 });
    }
    expect(numbered(await store.readPage(stream, 0, 4))).toEqual([0, 1, 2, 3]);
  });
});
