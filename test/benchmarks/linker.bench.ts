/**
 * Measures how many rows a second the linker decides and appends, on PostgreSQL with its default, durable settings: a
 * file of people, a file of their engagements, and the same people from a second source, which matches them. Staging,
 * deciding with appending, publishing, recovering from the ledger, replaying it, writing a snapshot and recovering from it,
 * and re-keying the bodies (with the keys in this process, and without the events) are measured separately, each with the ratio to a plain COPY of the same bodies in the same run.
 * After `npm run build`: npx node test/benchmarks/linker.bench.ts [people] [engagements per person]
 */
import { hash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  encodeRowChunk,
  FileAccepted,
  topics,
  type DatasetId,
  type PeriodCode,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { adoptedStrategyOf, engineOptionsOf, recover, replayLedger, streamOf } from '@kinledger/decisions';
import { WrappingByKeys } from '@kinledger/decisions/testing';
import { canonicalJson, LinkageEngine, submissionIdOf } from '@kinledger/domain';
import { figuresInForce } from '@kinledger/figures';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import {
  bodiesIn,
  PostgresBodiesToRekey,
  PostgresNameTables,
  PostgresEventStore,
} from '@kinledger/event-store';
import { createPostgresMessageBus, topicSettings } from '@kinledger/message-bus';
import { readProgramme } from '@kinledger/programme';
import { DecisionLoop } from '../../apps/linker/dist/decision/decision-loop.js';
import { WakeUp } from '@kinledger/waiting';
import { Rekeying } from '../../apps/linker/dist/rekeying/rekeying.js';
import { PostgresInbox } from '../../apps/linker/dist/inbox/postgres-inbox.js';
import { PostgresLeases } from '../../apps/linker/dist/lease/postgres-leases.js';
import { PostgresPublicationCursor } from '../../apps/linker/dist/publication/publication-cursor.js';
import { Publisher } from '../../apps/linker/dist/publication/publisher.js';
import { codeDigest } from '../../apps/linker/dist/snapshot/code-digest.js';
import { LedgerSnapshots } from '../../apps/linker/dist/snapshot/ledger-snapshots.js';
import { PostgresSnapshots } from '../../apps/linker/dist/snapshot/postgres-snapshots.js';

const PEOPLE = Number(process.argv[2] ?? 60_000);
const ENGAGEMENTS = Number(process.argv[3] ?? 3);
const ROWS_PER_CHUNK = 500;

const hex = (...parts: readonly (string | number)[]) => hash('sha256', parts.join(' '), 'hex').slice(0, 32);
const token = (domain: string, use: string, value: string) => ({ domain, use, token: hex(domain, value) });
const say = (name: string, rows: number, seconds: number): number => {
  const rate = Math.round(rows / seconds);
  const text = `${rate.toLocaleString('en-GB').padStart(10)} rows/s  ${rows.toLocaleString('en-GB')} rows in ${seconds.toFixed(1)} s`;
  console.log(`${name.padEnd(44)} ${text}`);
  return rate;
};

/** Every second person is a child of the adult before; the second source knows NHS numbers and half of the e-mails. */
function person(index: number, source: number) {
  const adult = index % 2 === 0;
  const email = `person-${adult ? index : index - 1}@example.org`;
  const born = `day ${index % 9000}`;
  const nhs = source === 1 || index % 3 === 0 ? [token('nhs-number', 'identity', `nhs ${index}`)] : [];
  const own = adult
    ? [token('email', 'identity', email), token('mobile', 'identity', `mobile ${index}`)]
    : [token('child-key', 'identity', `${email} ${born}`), token('email', 'carer', email)];
  return {
    key: `person ${index}`,
    role: adult ? 'adult' : 'child',
    tokens: [...nhs, ...own, token('birth-date', 'guard', born), token('gender', 'guard', adult ? 'F' : 'M')],
    attributes: { gender: adult ? 'F' : 'M', birthMonth: '1990-01', lsoa: 'E01003014', ethnicity: 'A' },
    facts: { kind: 'registration', registeredOn: '2023-07-04' },
  };
}

const visit = (index: number) => ({
  key: `visit ${index}`,
  role: 'adult',
  tokens: [token('email', 'identity', `person-${2 * Math.floor((index % PEOPLE) / 2)}@example.org`)],
  attributes: {},
  facts: {
    kind: 'engagement',
    eventDate: `2023-0${1 + (index % 9)}-11`,
    sessionKind: 'group',
    attended: true,
    minutes: 45,
  },
});

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-bench-')) });
const databases = await createTestDatabases(server.url());
const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'bench' });
const admin = createPool({ url: databases.url('platform', 'migrator'), applicationName: 'bench' });
const store = new PostgresEventStore({ url: databases.url('platform', 'linker'), applicationName: 'bench' });
const bus = createPostgresMessageBus({ url: databases.url('bus', 'linker'), applicationName: 'bench' });
const inbox = new PostgresInbox(pool);
const programme = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
const { id } = programme.definition;

async function stage(
  intake: number,
  dataset: string,
  rows: number,
  rowOf: (index: number) => object & { key: string },
) {
  const period = '2023-24-Q2' as PeriodCode;
  const submission = submissionIdOf(id, dataset as DatasetId, period, 1);
  const file = {
    ...FileAccepted.example,
    programme: id,
    dataset,
    period,
    submission,
    intake,
    sequence: 1,
    supersedes: [],
  };
  await inbox.stageIntakes([
    {
      programme: id,
      intake,
      submission,
      cause: `file-${intake}`,
      time: '2023-10-09T09:30:00Z',
      version: FileAccepted.version,
      body: Buffer.from(JSON.stringify(file)),
      traceparent: undefined,
    },
  ]);
  const count = Math.ceil(rows / ROWS_PER_CHUNK);
  let seconds = 0;
  for (let first = 0; first < count; first += 64) {
    const chunks = Array.from({ length: Math.min(64, count - first) }, (_, offset) => {
      const chunk = first + offset;
      const last = chunk === count - 1;
      const from = chunk * ROWS_PER_CHUNK;
      const data = Array.from({ length: Math.min(ROWS_PER_CHUNK, rows - from) }, (_value, index) => {
        const { key, ...row } = rowOf(from + index);
        return {
          record: hex(submission, from + index),
          rowKey: hex(dataset, key),
          ...row,
          derived: [],
          keyVersion: 1,
          salt: hex('salt', submission, from + index),
        };
      });
      const body = encodeRowChunk({
        ...{ programme: id, submission, dataset: dataset as DatasetId, period, chunk, last, refused: [] },
        rows: data as unknown as PseudonymisedRow[],
      });
      return { submission, chunk, last, rows: data.length, keyVersion: 1, body };
    });
    const started = performance.now();
    await inbox.stageChunks(chunks);
    seconds += (performance.now() - started) / 1000;
  }
  return { rows, seconds };
}

/** Copies as many bytes as the bodies, without index or event: the cost of disk and wire alone. */
async function plainCopy(rows: number): Promise<number> {
  await admin.query('CREATE TABLE ledger.bare (record uuid, bytes bytea)');
  const segments = await store.readSegments(streamOf(id), 0, await store.head(streamOf(id)));
  const bodies = [...bodiesIn(segments).values()].map((row) => ({
    ...{ record: row.record, bytes: Buffer.from(canonicalJson(row)) },
  }));
  const started = performance.now();
  for (let from = 0; from < rows; from += 5_000) {
    await inTransaction(admin, (client) =>
      copyInto(
        client,
        'ledger.bare',
        ['record', 'bytes'],
        bodies.slice(from, from + 5_000).map(({ record, bytes }) => [record, bytes]),
      ),
    );
  }
  return say('plain COPY of the same bodies', bodies.length, (performance.now() - started) / 1000);
}

try {
  await bus.ensureTopics(Object.values(topics).map(topicSettings));
  const files: [string, number, (index: number) => object & { key: string }][] = [
    ['pairs-together-time.user', PEOPLE, (index) => person(index, 0)],
    ['pairs-together-time.engagement', PEOPLE * ENGAGEMENTS, visit],
    ['health-visiting.user', PEOPLE, (index) => person(index, 1)],
  ];
  let rows = 0;
  let staging = 0;
  for (const [index, [dataset, count, rowOf]] of files.entries()) {
    const staged = await stage(index + 1, dataset, count, rowOf);
    rows += staged.rows;
    staging += staged.seconds;
  }
  say('staged', rows, staging);

  const wakeUp = new WakeUp();
  const cursor = new PostgresPublicationCursor(pool);
  const publisher = new Publisher({
    programme: id,
    store,
    stream: streamOf(id),
    bus,
    cursor,
    inbox,
    onError: console.error,
  });
  const stopping = new AbortController();
  let decidedAt = 0;
  let closedAt = 0;
  const everythingDecided = Promise.withResolvers<undefined>();
  let deciding = 0;
  let cpu = process.cpuUsage();
  const eraser = createPool({ url: databases.url('platform', 'eraser'), applicationName: 'bench' });
  const rekeying = new Rekeying({
    stream: streamOf(id),
    ...{ store, inbox, wrapping: new WrappingByKeys(2), snapshots: undefined },
    bodies: new PostgresBodiesToRekey(eraser),
    nameTables: new PostgresNameTables(pool),
    onProgress: () => undefined,
  });
  const loop = new DecisionLoop({
    programme,
    signingKey: Buffer.alloc(32, 7).toString('base64'),
    store,
    inbox,
    leases: new PostgresLeases(pool, 'bench', { ttlMs: 60_000, onError: console.error }),
    // Published afterwards, so that linking is measured on its own.
    publication: { run: () => Promise.resolve(), closedUpTo: (revision) => (closedAt = revision) },
    engine: (options) => new LinkageEngine(options),
    figures: figuresInForce(),
    wakeUp,
    rekeying,
    pace: () => Promise.resolve(),
    observer: {
      state: (_state, halt) => halt === undefined || console.error(halt),
      ledger: () => undefined,
      decided: ({ intake, rows: its, seconds }) => {
        deciding += seconds;
        // Wall-clock time includes other work on the machine; processor time is the cost of the code.
        const used = process.cpuUsage(cpu);
        cpu = process.cpuUsage();
        const own = Math.round((used.user + used.system) / its);
        say(`decided and appended: ${files[intake - 1]?.[0] ?? ''}`, its, seconds);
        console.log(`${''.padEnd(44)} ${String(own).padStart(10)} µs of this process a row`);
        if (intake === files.length) everythingDecided.resolve(undefined);
      },
      erasures: () => undefined,
      appended: () => undefined,
      keyChanged: () => undefined,
      refused: () => undefined,
      failed: console.error,
    },
  });
  const running = loop.run(stopping.signal);
  await everythingDecided.promise;
  decidedAt = deciding;
  stopping.abort();
  await running;
  const linking = say('decided and appended: all', rows, decidedAt);
  const copied = await plainCopy(rows);
  console.log(`linking as a share of the plain COPY: ${(linking / copied).toFixed(2)}`);

  const publishing = new AbortController();
  const publishStarted = performance.now();
  publisher.closedUpTo(closedAt);
  const published = publisher.run(publishing.signal);
  while ((await cursor.position(id)) < closedAt) await new Promise((resolve) => setTimeout(resolve, 20));
  say('published from the ledger', rows, (performance.now() - publishStarted) / 1000);
  publishing.abort();
  await published;

  global.gc?.();
  const before = process.memoryUsage();
  const { signal } = new AbortController();
  const recoveryStarted = performance.now();
  const recoveryCpu = process.cpuUsage();
  const { ledger } = await recover({
    store,
    stream: streamOf(id),
    engine: () => new LinkageEngine(engineOptionsOf(programme.definition)),
    snapshots: undefined,
    signal,
  });
  say('taken up again from the ledger', rows, (performance.now() - recoveryStarted) / 1000);
  const { user, system } = process.cpuUsage(recoveryCpu);
  console.log(
    `${''.padEnd(44)} ${String(Math.round((user + system) / rows)).padStart(10)} µs of this process a row`,
  );
  global.gc?.();
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  console.log(
    `${ledger.nextRevision.toLocaleString('en-GB')} events; memory ${Math.round(grown / rows)} bytes a record`,
  );

  global.gc?.();
  const replayStarted = performance.now();
  const replayCpu = process.cpuUsage();
  const { counts, records } = await replayLedger({
    ...{ store, stream: streamOf(id), signal },
    engine: (engineOptions) => new LinkageEngine(engineOptions),
  });
  say('replayed: decided again and compared', records, (performance.now() - replayStarted) / 1000);
  const replaying = process.cpuUsage(replayCpu);
  const replayed = Math.round((replaying.user + replaying.system) / records);
  console.log(`${''.padEnd(44)} ${String(replayed).padStart(10)} µs of this process a record`);
  if (counts.diverged + counts['not-decidable'] > 0) throw new Error('the replay is not equal');

  const news: string[] = [];
  const snapshots = new LedgerSnapshots({
    programme: id,
    stream: streamOf(id),
    store,
    snapshots: new PostgresSnapshots(pool),
    ground: {
      strategy: adoptedStrategyOf(programme.definition).digest,
      definition: programme.digest,
      code: codeDigest(),
    },
    everyEvents: 1,
    onNews: ({ outcome }) => news.push(outcome),
  });
  const writingStarted = performance.now();
  while (!news.includes('kept')) {
    await snapshots.keepIfDue(ledger, signal);
    if (news.includes('failed')) throw new Error('the snapshot could not be written');
  }
  say('snapshot, with hashing the ledger for it', rows, (performance.now() - writingStarted) / 1000);
  const { rows: sizes } = await pool.query<{ bytes: number }>(
    'SELECT sum(octet_length(bytes))::bigint AS bytes FROM linker.snapshot_piece',
  );
  console.log(
    `${''.padEnd(44)} ${String(Math.round((sizes[0]?.bytes ?? 0) / rows)).padStart(10)} bytes a record`,
  );
  global.gc?.();
  const restoreStarted = performance.now();
  const restored = await recover({
    store,
    stream: streamOf(id),
    engine: () => new LinkageEngine(engineOptionsOf(programme.definition)),
    snapshots,
    signal,
  });
  say('taken up again from the snapshot', rows, (performance.now() - restoreStarted) / 1000);
  if (news.at(-1) !== 'used' || restored.ledger.nextRevision !== ledger.nextRevision) {
    throw new Error('the snapshot was not used');
  }

  const rekeyingStarted = performance.now();
  let rekeyed = 0;
  for await (const { records: its } of rekeying.rekey({ from: 1, to: 2, upTo: closedAt }, signal))
    rekeyed += its.length;
  say('bodies re-keyed', rekeyed, (performance.now() - rekeyingStarted) / 1000);
  await eraser.end();
} finally {
  await Promise.all([store.close(), bus.close(), pool.end(), admin.end()]);
  await databases.drop();
  await server.destroy();
}
