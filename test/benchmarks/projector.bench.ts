/**
 * What a record costs the read models, in processor time of the projector and of PostgreSQL: read from the ledger, projected
 * live and rebuilt; with write-ahead log and bytes on disk, and a plain COPY of the same rows in the same run. The ledger is
 * decided by the linkage engine: 22 datasets in 8 quarters, people, administrative and engagement rows as 2 : 1 : 7, and two
 * datasets that send everybody again each quarter. Wall time is told beside; on a busy machine it says nothing.
 * After `npm run build`: npx node test/benchmarks/projector.bench.ts [people]
 */
import { hash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  encodeRowChunk,
  isPlacing,
  RowPseudonymised,
  type LedgerDecision,
  type PeriodCode,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import { createTestDatabases } from '@kinledger/database/testing';
import { engineOptionsOf, streamOf } from '@kinledger/decisions';
import { commitmentsOf, encodeLedgerEvent, LinkageEngine, periodOfCode } from '@kinledger/domain';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { lastClosedAt, PostgresEventStore, type Segment } from '@kinledger/event-store';
import { computeQuarter, figuresInForce } from '@kinledger/figures';
import { documentDigest, documentJson, readProgramme } from '@kinledger/programme';
import { createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import { recount } from '../../apps/projector/dist/closing/recount.js';
import { ledgerPages } from '../../apps/projector/dist/projection/ledger-pages.js';
import { LiveProjection } from '../../apps/projector/dist/projection/live-projection.js';
import { projectLedger } from '../../apps/projector/dist/projection/project-ledger.js';
import { compareQuarter } from '../../apps/projector/dist/recounts/compare-quarter.js';
import { Rebuilder } from '../../apps/projector/dist/rebuild/rebuilder.js';
import { childrenOf, commandOf, familyUsageOf } from './process-usage.ts';

const PEOPLE = Number(process.argv[2] ?? 10_000);
const QUARTERS = ['2021-22', '2022-23'].flatMap((year) =>
  [1, 2, 3, 4].map((quarter) => `${year}-Q${quarter}`),
);
const EVENTS_PER_APPEND = 20;
const ROWS_PER_CHUNK = 340;

const head = RowPseudonymised.schema.parse(RowPseudonymised.example);

const hex = (...parts: readonly (string | number)[]) => hash('sha256', parts.join(' '), 'hex').slice(0, 32);
const token = (domain: string, use: string, value: string) => ({ domain, use, token: hex(domain, value) });

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-bench-')) });
const postmaster = childrenOf(process.pid).find((pid) => commandOf(pid).includes('postgres')) ?? 0;
const databases = await createTestDatabases(server.url());
const store = new PostgresEventStore({ url: databases.url('platform', 'linker'), applicationName: 'bench' });
const pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'bench' });
const owner = createPool({ url: databases.superuserUrl('platform'), applicationName: 'bench' });
const programme = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
const stream = streamOf(programme.definition.id);
let records = 0;

/** Every second person is a child of the adult before; every third has an NHS number. */
function person(index: number, dataset: string): Omit<PseudonymisedRow, 'record' | 'salt'> {
  const adult = index % 2 === 0;
  const carer = `person-${adult ? index : index - 1}@example.org`;
  const born = `day ${index % 9000}`;
  const nhs = dataset.startsWith('health') || index % 3 === 0;
  return {
    rowKey: hex(dataset, index),
    role: adult ? 'adult' : 'child',
    tokens: [
      ...(nhs ? [token('nhs-number', 'identity', `nhs ${index}`)] : []),
      ...(adult
        ? [token('email', 'identity', carer), token('mobile', 'identity', `mobile ${index}`)]
        : [token('child-key', 'identity', `${carer} ${born}`), token('email', 'carer', carer)]),
      token('birth-date', 'guard', born),
      token('gender', 'guard', adult ? 'F' : 'M'),
      token(`case-number:${dataset.split('.')[0] ?? ''}`, 'local', `case ${index}`),
    ],
    derived: [],
    attributes: {
      ...{ birthMonth: '1990-01', ethnicity: `A${index % 7}`, gender: adult ? 'F' : 'M' },
      ...{ homeLanguage: `language-${index % 40}`, lsoa: `E0100${3000 + (index % 300)}` },
    },
    facts: { kind: 'registration', registeredOn: `202${1 + (index % 2)}-0${1 + (index % 9)}-04` },
    keyVersion: 1,
  } as unknown as Omit<PseudonymisedRow, 'record' | 'salt'>; // the contracts brand ids
}

function visit(index: number, dataset: string, quarter: number): Omit<PseudonymisedRow, 'record' | 'salt'> {
  const adult = 2 * Math.floor((index % PEOPLE) / 2);
  const month = String(1 + ((3 + 3 * quarter + (index % 3)) % 12)).padStart(2, '0');
  return {
    ...{ rowKey: hex(dataset, quarter, index), role: 'adult', derived: [], attributes: {}, keyVersion: 1 },
    tokens: [
      token('email', 'identity', `person-${adult}@example.org`),
      token(`case-number:${dataset.split('.')[0] ?? ''}`, 'local', `case ${adult}`),
    ],
    facts: {
      ...{ kind: 'engagement', eventDate: `${2021 + Math.floor((quarter + 1) / 4)}-${month}-11` },
      ...{ sessionKind: 'group-session', attended: index % 10 !== 0, minutes: 45 },
    },
  } as unknown as Omit<PseudonymisedRow, 'record' | 'salt'>;
}

/** Writes a ledger as the linker does, decision by decision. */
async function writeLedger(): Promise<void> {
  const engine = new LinkageEngine(engineOptionsOf(programme.definition));
  let next = 0;
  let decisionNumber = 0;
  const append = async (
    decisions: readonly (LedgerDecision & { readonly bodies?: readonly PseudonymisedRow[] })[],
    payloads: readonly { digest: string; bytes: Uint8Array }[] = [],
  ) => {
    decisionNumber += 1;
    for (let from = 0; from < decisions.length; from += EVENTS_PER_APPEND) {
      const part = decisions.slice(from, from + EVENTS_PER_APPEND);
      const segments: Segment[] = [];
      const events = part.map(({ bodies: its = [], ...decision }, index) => {
        const revision = next + index;
        if (its.length > 0)
          segments.push({ revision, bodies: its.length, bytes: encodeRowChunk({ ...head, rows: its }) });
        const place = {
          revision,
          time: '2023-10-09T09:30:00Z',
          cause: `decision ${decisionNumber}`,
          ordinal: from + index,
        };
        return encodeLedgerEvent({ ...decision, ...place });
      });
      await store.append(stream, events, {
        expectedRevision: next === 0 ? 'no-stream' : next - 1,
        ...{ segments, payloads: from === 0 ? payloads : [] },
      });
      for (const [index, decision] of part.entries()) {
        engine.apply({
          ...decision,
          id: '',
          version: 1,
          revision: next + index,
          time: '',
          cause: '',
        });
      }
      next += part.length;
    }
    for (const { bodies = [] } of decisions) records += bodies.length;
  };
  const digest = documentDigest(programme.document);
  const payload = { digest, bytes: Buffer.from(documentJson(programme.document)) };
  const { id } = programme.definition;
  const key = `${'A'.repeat(43)}=`;
  await append(
    [
      { type: 'ProgrammeDefined', data: { programme: id, definition: digest, signingKey: key } },
      {
        type: 'StrategyAdopted',
        data: { programme: id, strategy: 'leap-1', parameters: {}, digest: '0'.repeat(64) },
      },
    ] as LedgerDecision[],
    [payload],
  );
  let intake = 0;
  const submit = async (dataset: string, quarter: number, cumulative: boolean, rows: readonly object[]) => {
    const submission = hex('submission', dataset, quarter);
    const run = engine.begin({
      ...{ programme: id, submission, intake: ++intake, provider: 'provider', dataset },
      ...{ period: QUARTERS[quarter], sequence: 1, extractKind: cumulative ? 'cumulative' : 'delta' },
      ...{ contentHash: '0'.repeat(64), schemaHash: '0'.repeat(64), mapping: {}, findings: {} },
      counts: { read: 1, accepted: 1, warned: 0, rejected: 0, duplicate: 0, consentRefused: 0 },
      ...{
        attestation: { by: 'officer' },
        agreement: 'agreement',
        pseudonymisedAtSource: false,
        supersedes: [],
      },
    } as never);
    const staged = rows.map((row, index) => ({
      ...row,
      record: hex('record', submission, index),
      salt: hex('salt', submission, index),
    })) as unknown as PseudonymisedRow[];
    for (const [index, row] of staged.entries()) {
      if (index % ROWS_PER_CHUNK === 0) run.beginChunk(index / ROWS_PER_CHUNK);
      run.stage(row);
    }
    const decided = [...run.decide(next)].map(({ decision, rows: entering }) => {
      if (entering === null || decision.type !== 'RecordsPlaced') return decision;
      const bodies: PseudonymisedRow[] = [];
      const placements = decision.data.placements.map((placement, ordinal) => {
        const row = staged[entering[ordinal] ?? Number.NaN];
        if (row === undefined) return placement;
        const commitments = commitmentsOf(row);
        bodies.push(row);
        return { ...placement, commitments };
      });
      return { ...decision, data: { ...decision.data, placements }, bodies };
    });
    await append(decided);
  };
  const named = (end: string) =>
    programme.definition.datasets.flatMap(({ id: name }) => (name.endsWith(end) ? [name] : []));
  const own = named('.user').filter((name) => name !== 'health-visiting.user');
  const visited = named('.engagement');
  for (const quarter of QUARTERS.keys()) {
    for (const [place, dataset] of ['health-visiting.user', ...own].entries()) {
      // The first one knows everybody, the others share them; two of them send all of theirs each time.
      const share = dataset === 'health-visiting.user' ? 1 : own.length;
      const cumulative = place === 1 || place === 2;
      const known = Array.from({ length: PEOPLE }, (_, index) => index).filter(
        (index) =>
          index % share === place % share && (cumulative ? index % 8 <= quarter : index % 8 === quarter),
      );
      await submit(
        dataset,
        quarter,
        cumulative,
        known.map((index) => person(index, dataset)),
      );
    }
    for (const [place, dataset] of visited.entries()) {
      const count = Math.round((7 * PEOPLE) / QUARTERS.length / visited.length);
      const visits = Array.from({ length: count }, (_, index) =>
        visit(place * 131 + index * 7, dataset, quarter),
      );
      await submit(
        dataset,
        quarter,
        false,
        visits.map((row, index) => ({ ...row, rowKey: hex(row.rowKey, index) })),
      );
    }
  }
}

const bytesWritten = async (): Promise<number> => {
  const { rows } = await owner.query<{ bytes: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`,
  );
  return rows[0]?.bytes ?? 0;
};

/** Does work, and says what it cost each record. */
async function measure<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  // What the server puts off, such as a checkpoint, is not to be paid by who comes next.
  await owner.query('CHECKPOINT');
  global.gc?.();
  const [wal, own, postgres] = [await bytesWritten(), process.cpuUsage(), familyUsageOf(postmaster)];
  const started = performance.now();
  const value = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(own);
  const node = (user + system) / records;
  const database = ((familyUsageOf(postmaster) - postgres) * 1e6) / records;
  const logged = ((await bytesWritten()) - wal) / records;
  console.log(
    `${name.padEnd(34)} ${(node + database).toFixed(1).padStart(6)} µs a record: projector ${node.toFixed(1)}, ` +
      `PostgreSQL ${database.toFixed(1)}; WAL ${logged.toFixed(0)} B; ${seconds.toFixed(1)} s`,
  );
  return value;
}

async function sizes(schema: string): Promise<void> {
  const { rows } = await owner.query<{ name: string; heap: number; indexes: number }>(
    `SELECT relname AS name, pg_table_size(oid)::float8 AS heap, pg_indexes_size(oid)::float8 AS indexes
     FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' ORDER BY 2 DESC`,
    [schema],
  );
  const each = (bytes: number) => (bytes / records).toFixed(0);
  const sum = (of: 'heap' | 'indexes') => each(rows.reduce((total, row) => total + row[of], 0));
  console.log(`${schema}: table ${sum('heap')} B a record, indexes ${sum('indexes')} B`);
  for (const { name, heap, indexes } of rows.filter((row) => row.heap + row.indexes > records)) {
    console.log(`  ${name.padEnd(20)} ${each(heap).padStart(4)} + ${each(indexes)}`);
  }
}

try {
  await writeLedger();
  // Else who reads first pays for what the writer left to do.
  await owner.query('VACUUM (ANALYZE)');
  console.log(`${records.toLocaleString('en-GB')} records, ${(await store.head(stream)) + 1} events`);
  await measure('read and parsed', async () => {
    let events = 0;
    for await (const page of ledgerPages({ store, stream, from: 0 })) {
      events += page.length;
      // Bodies are decoded when they are asked for.
      for (const { event, bodies } of page)
        if (isPlacing(event)) for (const { record } of event.data.placements) bodies.get(record);
    }
    if (events !== (await store.head(stream)) + 1) throw new Error('events are missing');
  });
  const client = await pool.connect();
  await createReadModels(client, LIVE_SCHEMA);
  await measure('projected live', () =>
    projectLedger({
      ...{ store, stream, client, schema: LIVE_SCHEMA, signal: new AbortController().signal },
      more: () => Promise.resolve(false),
    }),
  );
  await sizes(LIVE_SCHEMA);
  client.release();
  const told = { onApplied: () => undefined, onHalt: () => undefined, onCaughtUp: () => undefined };
  const live = new LiveProjection({ store, stream, pool, onError: console.error, ...told });
  for (const turn of ['rebuilt', 'rebuilt again']) {
    const rebuilder = new Rebuilder({ store, stream, pool, live, onError: console.error });
    const done = await measure(turn, async () => {
      const { id } = await rebuilder.start('live');
      for (;;) {
        const rebuild = await rebuilder.find(id);
        if (rebuild?.state !== 'running') return rebuild;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    if (done?.state !== 'done' || done.before !== done.after)
      throw new Error(`not equal: ${JSON.stringify(done)}`);
  }
  await sizes(LIVE_SCHEMA);
  const recounting = { store, stream, pool, signal: new AbortController().signal };
  const period = periodOfCode('2022-23-Q3' as PeriodCode);
  const end = await lastClosedAt(store, stream);
  const { figures, disclosure } = figuresInForce();
  const asked = { programme: programme.definition.id, period, position: end, disclosure };
  await measure('a quarter computed again', () =>
    recount({ ...recounting, upTo: end }, (counting) =>
      computeQuarter(counting, { ...asked, figures: figures.map(({ figure }) => figure) }),
    ),
  );
  const then = await lastClosedAt(store, stream, Math.floor((end * 7) / 8));
  const restated = await measure('a quarter restated, last eighth', () =>
    compareQuarter(recounting, {
      ...{ programme: programme.definition.id, period: period.code, then, now: end, closed: undefined },
    }),
  );
  console.log(`  ${restated.counts} counts, ${restated.cells.length} cells that changed`);
  const { rows } = await pool.query<{ a: string; b: string; c: string; d: string }>(
    `SELECT record_id AS a, row_key AS b, individual_id AS c, dataset AS d FROM ${LIVE_SCHEMA}.record ORDER BY entered`,
  );
  await owner.query('CREATE TABLE bare (a uuid, b uuid, c uuid, d text)');
  await measure('plain COPY of ids and dataset', () =>
    inTransaction(owner, (copying) =>
      copyInto(
        copying,
        'bare',
        ['a', 'b', 'c', 'd'],
        rows.map(({ a, b, c, d }) => [a, b, c, d]),
      ),
    ),
  );
} finally {
  await Promise.all([store.close(), pool.end(), owner.end()]);
  await databases.drop();
  await server.destroy();
}
