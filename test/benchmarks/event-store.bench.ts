/**
 * Measures how many events a second the PostgreSQL event store appends and reads, and the ratio to a plain COPY of the
 * same rows into a bare table in the same run. Starts a throw-away PostgreSQL with its default, durable settings.
 * After `npm run build`: npx node test/benchmarks/event-store.bench.ts
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { PostgresEventStore, type EventToAppend, type Segment } from '@kinledger/event-store';

const EVENTS = 100_000;
const BATCH = 5_000;
const filler = 'x'.repeat(480);

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-bench-')) });
const databases = await createTestDatabases(server.url());
const store = new PostgresEventStore({ url: databases.url('platform', 'linker'), applicationName: 'bench' });
const pool = createPool({ url: databases.url('platform', 'migrator'), applicationName: 'bench' });

const batches = Array.from({ length: EVENTS / BATCH }, (_, batch) => {
  const first = batch * BATCH;
  const numbers = Array.from({ length: BATCH }, (_value, index) => first + index);
  const events = numbers.map((revision): EventToAppend => ({
    id: randomUUID(),
    type: 'RecordsPlaced',
    bytes: Buffer.from(`{"revision":${revision},"filler":"${filler}${filler.slice(0, 100)}"}`),
  }));
  const segments = numbers.map((revision): Segment => ({
    ...{ revision, bodies: 1 },
    bytes: Buffer.from(`{"revision":${revision},"filler":"${filler}"}`),
  }));
  return { first, events, segments };
});

async function measure(name: string, events: number, work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  const rate = Math.round(events / ((performance.now() - from) / 1000));
  console.log(`${name.padEnd(48)} ${rate.toLocaleString('en-GB').padStart(10)}/s`);
  return rate;
}

const append = async (stream: string, withSegments: boolean) => {
  for (const { first, events, segments } of batches) {
    await store.append(stream, events, {
      expectedRevision: first === 0 ? 'no-stream' : first - 1,
      ...(withSegments ? { segments } : {}),
    });
  }
};

try {
  await pool.query('CREATE TABLE ledger.bare (revision bigint, bytes bytea)');
  const copied = await measure('plain COPY of the same events', EVENTS, async () => {
    for (const { first, events } of batches) {
      await inTransaction(pool, (client) =>
        copyInto(
          client,
          'ledger.bare',
          ['revision', 'bytes'],
          events.values().map(({ bytes }, index) => [first + index, bytes]),
        ),
      );
    }
  });
  const appended = await measure('append, 5,000 events a call', EVENTS, () => append('events', false));
  const both = await measure('append with a segment each', EVENTS, () => append('bodies', true));
  await measure('append again: all there', EVENTS, () => append('events', false));
  await measure('append, 1 event a call', 1_000, async () => {
    for (const event of batches[0]?.events.slice(0, 1_000) ?? []) {
      await store.append('single', [event], { expectedRevision: 'any' });
    }
  });
  await measure('read, pages of 10,000', EVENTS, async () => {
    for (let from = 0; from < EVENTS; from += 10_000) await store.readPage('events', from, 10_000);
  });
  await measure('read, pages of 1,000', EVENTS, async () => {
    for (let from = 0; from < EVENTS; from += 1_000) await store.readPage('events', from, 1_000);
  });
  await measure('segments read, ranges of 10,000', EVENTS, async () => {
    for (let from = 0; from < EVENTS; from += 10_000) await store.readSegments('bodies', from, from + 9_999);
  });
  await measure('subscription, catching up', EVENTS, async () => {
    const abort = new AbortController();
    let seen = 0;
    for await (const page of store.subscribe('events', { from: 0, pageSize: 5_000, signal: abort.signal })) {
      seen += page.length;
      if (seen === EVENTS) abort.abort();
    }
  });
  console.log(
    `append / COPY: ${(appended / copied).toFixed(2)}; append with segments / COPY: ${(both / copied).toFixed(2)}`,
  );
} finally {
  await store.close();
  await pool.end();
  await server.destroy();
}
