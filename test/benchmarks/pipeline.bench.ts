/**
 * Runs the whole pipeline on the embedded platform: files in over HTTP, figures out, then a rebuild. For each size it
 * prints rows a second end to end, beside a plain COPY of the same rows into the same server; processor time from
 * the moment that the services are ready, garbage collection and peak memory of each service; write-ahead log and disk
 * per row, and how often the server made a checkpoint; the linker's bytes per record; records a second on rebuild.
 *
 *   npm run bench                      100,000, 300,000 and 1,000,000 rows, about
 *   npm run bench -- 100000 --keep     other sizes; keeps the homes
 *   npm run bench -- 5000000           long enough for checkpoints; the rate of each part of the run stands beside it
 *   npm run bench -- 100000 --files    the same number of rows in many files and in few: the cost of a file
 *   npm run bench -- 100000 --strategy kin-1
 *                                      under leap-1 and under kin-1, with derived tokens, and what each process takes more
 *   npm run bench -- --store kurrentdb the ledger in the KurrentDB of KINLEDGER_KURRENTDB_URL, under a prefix of its
 * own, else
 *                                      in a stand-in: a process that keeps events in memory, and no measure of a server
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import type pg from 'pg';
import { childrenOf, commandOf, usageOf, type Usage } from './process-usage.ts';
import { fewDatasets } from '../support/few-datasets.ts';

const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));
const sizes = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const keep = process.argv.includes('--keep');
const compareFiles = process.argv.includes('--files');
const storeKind = process.argv.includes('--store')
  ? process.argv[process.argv.indexOf('--store') + 1]
  : 'postgres';
if (storeKind !== 'postgres' && storeKind !== 'kurrentdb')
  throw new Error('--store is postgres or kurrentdb');
const strategy = process.argv.includes('--strategy')
  ? process.argv[process.argv.indexOf('--strategy') + 1]
  : 'leap-1';
if (strategy !== 'leap-1' && strategy !== 'kin-1') throw new Error('--strategy is leap-1 or kin-1');
/** How long the programme runs, and about how many rows a person makes in that time (guide to synthetic data). */
const MANY_FILES = { quarters: 8, rowsPerPerson: 10.2 };
const FEW_FILES = { quarters: 2, rowsPerPerson: 7.3 };
const SAMPLE_EVERY_MS = 15_000;

interface DemoResult {
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly files: number;
  readonly linkage: { readonly precision: number; readonly recall: number };
}
interface RebuildResult {
  readonly records: number;
  readonly position: number;
  readonly seconds: number;
  readonly equal: boolean;
}
interface Row {
  readonly demo: DemoResult;
  readonly rebuild: RebuildResult;
  readonly copySeconds: number;
  readonly services: ReadonlyMap<string, ServiceUsage>;
  readonly postgresCpu: number;
  readonly indexBytes: number;
  readonly database: DatabaseUsage;
  readonly samples: readonly Sample[];
}

interface ServiceUsage extends Usage {
  /** Seconds in the garbage collector; absent if the process does not report them. */
  readonly gc?: number;
}

/** What the server wrote while rows came in, in bytes. */
interface DatabaseUsage {
  readonly wal: number;
  readonly checkpoints: number;
  /** Tables and indexes of each schema. */
  readonly schemas: ReadonlyMap<string, number>;
}

/** Progress of the linker. */
interface Sample {
  readonly seconds: number;
  readonly rows: number;
}

/** The event store of the ledger: its settings for services, and its name for the report. */
interface Store {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Process id of the stand-in. */
  readonly pid?: number;
  stop(): void;
}

async function openStore(): Promise<Store> {
  if (storeKind === 'postgres') {
    return { name: 'PostgreSQL', environment: { KINLEDGER_EVENT_STORE: 'postgres' }, stop: () => undefined };
  }
  const environmentOf = (url: string) => ({
    KINLEDGER_EVENT_STORE: 'kurrentdb',
    KINLEDGER_KURRENTDB_URL: url,
  });
  const address = process.env['KINLEDGER_KURRENTDB_URL'];
  if (address !== undefined && address !== '') {
    return {
      name: 'KurrentDB at the address given',
      environment: environmentOf(address),
      stop: () => undefined,
    };
  }
  const child = spawn(process.execPath, [standIn], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    name: 'KurrentDB (stand-in)',
    environment: environmentOf(said.toString('utf8').trim()),
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    stop: () => void child.kill('SIGKILL'),
  };
}

const standIn = fileURLToPath(
  new URL('../../libs/event-store/dist/kurrentdb/testing/stand-in-process.js', import.meta.url),
);
const store = await openStore();

/** By home: two homes of one programme would meet in one stream of the server. */
const prefixes = new Map<string, string>();
function prefixOf(home: string): string {
  const prefix = prefixes.get(home) ?? `bench-${randomUUID().slice(0, 8)}`;
  prefixes.set(home, prefix);
  return prefix;
}

const environment = (home: string) => ({
  ...process.env,
  ...store.environment,
  KINLEDGER_KURRENTDB_PREFIX: prefixOf(home),
  KINLEDGER_HOME: home,
});

/** Runs a demo that keeps its services; `report` resolves when its rows are in the reports. */
function startDemo(
  home: string,
  people: number,
  quarters: number,
  strategyName: 'leap-1' | 'kin-1',
): { readonly report: Promise<DemoResult>; readonly child: ChildProcess } {
  const size = ['--people', String(people), '--quarters', String(quarters), '--seed', 'bench'];
  const words = ['demo', '--keep', '--json', '--strategy', strategyName, ...size, ...fewDatasets];
  const child = spawn(process.execPath, [command, ...words], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const report = new Promise<DemoResult>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      try {
        // The command prints this document; only the members read here are typed.
        resolve(JSON.parse(text) as DemoResult);
      } catch {
        // Not all of it is here yet.
      }
    });
    child.once('close', (code) => reject(new Error(`the demo ended with ${String(code)}`)));
  });
  return { report, child };
}

/** Waits until the services of a home are ready. @returns their addresses and tokens. */
async function connectionOf(home: string): Promise<LocalConnection> {
  const file = join(home, 'connection.json');
  while (!existsSync(file)) await pause(50);
  return localConnection.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function runJson<T>(home: string, ...args: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, [command, ...args, '--json'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0)
        resolve(JSON.parse(text) as T); // the caller states the shape
      else reject(new Error(`kinledger ${args.join(' ')} ended with ${String(code)}`));
    });
  });
}

async function servicesOf(connection: LocalConnection): Promise<Map<string, ServiceUsage>> {
  const found = new Map<string, ServiceUsage>();
  for (const pid of childrenOf(connection.launcher.pid)) {
    const name = /apps\/([a-z-]+)\/dist\/main/.exec(commandOf(pid))?.[1];
    const usage = usageOf(pid);
    if (name === undefined || usage === undefined) continue;
    const url = connection.services[name as keyof LocalConnection['services']];
    const gc = await metric(url, /^nodejs_gc_duration_seconds_sum\{[^}]*\} (\S+)$/gm);
    found.set(name, { ...usage, gc });
  }
  return found;
}

const used = (before: ServiceUsage | undefined, after: ServiceUsage): ServiceUsage => ({
  peakMiB: after.peakMiB,
  cpu: after.cpu - (before?.cpu ?? 0),
  ...(after.gc === undefined ? {} : { gc: after.gc - (before?.gc ?? 0) }),
});

/** Processor seconds of the server and of all its connections, ended ones included. */
function postgresCpu(home: string): number {
  const data = readFileSync(join(home, 'postgres', 'data-directory'), 'utf8').trim();
  const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const stat = readFileSync(`/proc/${postmaster}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const waited = (Number(fields[13]) + Number(fields[14])) / 100; // cutime and cstime
  const living = [postmaster, ...childrenOf(postmaster)].map((pid) => usageOf(pid)?.cpu ?? 0);
  return living.reduce((sum, cpu) => sum + cpu, waited);
}

async function metric(url: string, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** Opens a pool as the server's superuser, in the platform database. */
function superuserPool(home: string, connection: LocalConnection): pg.Pool {
  const url = new URL(connection.evaluation.platformUrl);
  url.username = 'postgres';
  url.password = readFileSync(join(home, 'postgres', 'superuser-password'), 'utf8').trim();
  return createPool({ url: url.href, applicationName: 'bench', max: 1 });
}

async function written(pool: pg.Pool): Promise<{ readonly wal: number; readonly checkpoints: number }> {
  const { rows } = await pool.query<{ wal: number; checkpoints: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal, (num_timed + num_requested)::int AS checkpoints
     FROM pg_stat_checkpointer`,
  );
  return rows[0] ?? { wal: 0, checkpoints: 0 };
}

async function schemaSizes(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ schema: string; bytes: number }>(
    `SELECT nspname AS schema, sum(pg_total_relation_size(c.oid))::float8 AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'r' AND nspname !~ '^(pg_|information_schema)' GROUP BY nspname ORDER BY bytes DESC`,
  );
  return new Map(rows.map(({ schema, bytes }) => [schema, bytes]));
}

/**
 * Copies the same rows, as they are in their files, into a bare table of one text column: a COPY and a commit per file.
 */
async function plainCopy(home: string, pool: pg.Pool): Promise<number> {
  try {
    await pool.query('CREATE TABLE public.plain_copy (line text)');
    const data = join(home, 'demo', 'data');
    // The demo writes this manifest; only the members read here are typed.
    const { files } = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as {
      files: { path: string }[];
    };
    const began = performance.now();
    for (const { path } of files) {
      const lines = readFileSync(join(data, path), 'utf8').trimEnd().split(/\r?\n/).slice(1);
      await inTransaction(pool, (client) =>
        copyInto(
          client,
          'public.plain_copy',
          ['line'],
          lines.map((line) => [line]),
        ),
      );
    }
    return (performance.now() - began) / 1000;
  } finally {
    await pool.query('DROP TABLE IF EXISTS public.plain_copy');
  }
}

/** Deletes the home and, as root, the database's files outside it: 6 GB for a million rows. */
function remove(home: string): void {
  const data = readFileSync(join(home, 'postgres', 'data-directory'), 'utf8').trim();
  for (const directory of [data, home]) rmSync(directory, { recursive: true, force: true });
}

/** Samples the linker's progress until `end` is called. */
function sampleLinker(url: string): { readonly samples: readonly Sample[]; end(): void } {
  const samples: Sample[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    void metric(url, /^kinledger_linker_rows_total(?:\{[^}]*\})? (\S+)$/gm).then(
      (rows) => samples.push({ seconds: (performance.now() - began) / 1000, rows }),
      () => undefined,
    );
  }, SAMPLE_EVERY_MS);
  return { samples, end: () => clearInterval(timer) };
}

async function measure(
  rows: number,
  { quarters, rowsPerPerson }: typeof MANY_FILES,
  strategyName: 'leap-1' | 'kin-1' = 'leap-1',
): Promise<Row> {
  const home = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
  const people = Math.round(rows / rowsPerPerson);
  const { report, child } = startDemo(home, people, quarters, strategyName);
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const connection = await Promise.race([connectionOf(home), report.then(() => connectionOf(home))]);
    const pool = superuserPool(home, connection);
    const before = {
      services: await servicesOf(connection),
      cpu: postgresCpu(home),
      ...(await written(pool)),
    };
    const sampling = sampleLinker(connection.services.linker);
    const demo = await report.finally(() => sampling.end());
    const ends = await written(pool);
    const services = new Map<string, ServiceUsage>();
    for (const [name, usage] of await servicesOf(connection))
      services.set(name, used(before.services.get(name), usage));
    const cpu = postgresCpu(home) - before.cpu;
    const database = {
      wal: ends.wal - before.wal,
      checkpoints: ends.checkpoints - before.checkpoints,
      schemas: await schemaSizes(pool),
    };
    const standInUsage = store.pid === undefined ? undefined : usageOf(store.pid);
    if (standInUsage !== undefined) services.set(store.name, standInUsage);
    const indexBytes = await metric(
      connection.services.linker,
      /^kinledger_linker_index_bytes\{[^}]*\} (\S+)$/gm,
    );
    const copySeconds = await plainCopy(home, pool);
    await pool.end();
    const beforeRebuild = { cpu: postgresCpu(home), services: await servicesOf(connection) };
    const rebuild = await runJson<RebuildResult>(home, 'rebuild');
    const after = (await servicesOf(connection)).get('projector');
    if (after !== undefined) {
      services.set('rebuild: projector', used(beforeRebuild.services.get('projector'), after));
      services.set('rebuild: PostgreSQL', { cpu: postgresCpu(home) - beforeRebuild.cpu, peakMiB: 0 });
    }
    return {
      ...{ demo, rebuild, copySeconds, services, postgresCpu: cpu, indexBytes, database },
      samples: sampling.samples,
    };
  } finally {
    child.kill('SIGINT');
    await ended;
    if (!keep) remove(home);
  }
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-GB');

function report({
  demo,
  rebuild,
  copySeconds,
  services,
  postgresCpu: cpu,
  indexBytes,
  database,
  samples,
}: Row): string {
  const perRow = (seconds: number, rows: number) => `${((seconds / rows) * 1e6).toFixed(0)} µs`;
  const usageLine = (name: string, usage: ServiceUsage) => {
    const rows = name.startsWith('rebuild') ? rebuild.records : demo.rows;
    const gc = usage.gc === undefined ? '' : `, ${perRow(usage.gc, rows)} of it garbage collection`;
    const peak = usage.peakMiB === 0 ? '' : `, peak ${thousands(usage.peakMiB)} MiB`;
    return `  ${name.padEnd(26)} ${usage.cpu.toFixed(1).padStart(7)} s processor (${perRow(usage.cpu, rows)} a row${gc})${peak}`;
  };
  const schemas = [...database.schemas].map(([name, bytes]) => `${name} ${thousands(bytes / demo.rows)}`);
  return [
    `${thousands(demo.rows)} rows in ${demo.files} files: ${demo.seconds.toFixed(1)} s, ${thousands(demo.rowsPerSecond)} rows a second`,
    `  plain COPY of the same rows: ${copySeconds.toFixed(2)} s, ${thousands(demo.rows / copySeconds)} rows a second (1 : ${(demo.seconds / copySeconds).toFixed(0)})`,
    `  rebuild: ${thousands(rebuild.records)} records in ${rebuild.seconds.toFixed(1)} s, ${thousands(rebuild.records / rebuild.seconds)} a second; equal: ${rebuild.equal}`,
    `  linker index: ${thousands(indexBytes / rebuild.records)} bytes per record`,
    `  precision ${demo.linkage.precision.toFixed(5)}, recall ${demo.linkage.recall.toFixed(4)}`,
    `  write-ahead log: ${thousands(database.wal / demo.rows)} bytes a row, ${database.checkpoints} checkpoints`,
    `  platform database, bytes a row with indexes: ${schemas.join(', ')}`,
    ...[...services].map(([name, usage]) => usageLine(name, usage)),
    usageLine('PostgreSQL', { cpu, peakMiB: 0 }),
    `  together, without rebuild: ${perRow(processorSeconds({ services, postgresCpu: cpu }), demo.rows)} of processor time a row`,
    ...(samples.length > 0
      ? [`  rows linked a second, in parts of ${SAMPLE_EVERY_MS / 1000} s: ${rates(samples)}`]
      : []),
  ].join('\n');
}

/** Processor seconds of services and server while rows came in. */
function processorSeconds({ services, postgresCpu: cpu }: Pick<Row, 'services' | 'postgresCpu'>): number {
  const ours = [...services].filter(([name]) => !name.startsWith('rebuild'));
  return ours.reduce((sum, [, usage]) => sum + usage.cpu, cpu);
}

const rates = (samples: readonly Sample[]): string =>
  samples
    .map(({ seconds, rows }, at) => {
      const before = samples[at - 1] ?? { seconds: 0, rows: 0 };
      return thousands((rows - before.rows) / (seconds - before.seconds));
    })
    .join(' ');

/**
 * Derives the cost of a row and of a file from two runs with about as many rows, assuming that the cost is their sum.
 */
function fileCost(many: Row, few: Row): string {
  const [a, b] = [processorSeconds(many), processorSeconds(few)];
  const det = many.demo.rows * few.demo.files - few.demo.rows * many.demo.files;
  const row = (a * few.demo.files - b * many.demo.files) / det;
  const file = (many.demo.rows * b - few.demo.rows * a) / det;
  return `a file costs ${(file * 1e3).toFixed(0)} ms of processor time, a row ${(row * 1e6).toFixed(0)} µs`;
}

/** What `kin-1` with its derived tokens takes beside `leap-1` without: rows a second, and processor time by process. */
function besideLeap1(leap1: Row, kin1: Row): string {
  const names = [...leap1.services.keys()].filter((name) => !name.startsWith('rebuild'));
  const each = (row: Row, name: string) => ((row.services.get(name)?.cpu ?? 0) / row.demo.rows) * 1e6;
  const server = (row: Row) => (row.postgresCpu / row.demo.rows) * 1e6;
  const all = (row: Row) => (processorSeconds(row) / row.demo.rows) * 1e6;
  const line = (title: string, [one, other]: readonly [number, number], digits = 0) =>
    `  ${title.padEnd(34)} ${one.toFixed(digits).padStart(9)} ${other.toFixed(digits).padStart(9)} ${(other - one).toFixed(digits).padStart(9)}`;
  return [
    `  ${''.padEnd(34)} ${'leap-1'.padStart(9)} ${'kin-1'.padStart(9)} ${'more'.padStart(9)}`,
    line('rows a second', [leap1.demo.rowsPerSecond, kin1.demo.rowsPerSecond]),
    ...names.map((name) => line(`${name}, µs a row`, [each(leap1, name), each(kin1, name)])),
    line('PostgreSQL, µs a row', [server(leap1), server(kin1)]),
    line('together, µs a row', [all(leap1), all(kin1)]),
    line('recall, %', [100 * leap1.demo.linkage.recall, 100 * kin1.demo.linkage.recall], 2),
    line('precision, %', [100 * leap1.demo.linkage.precision, 100 * kin1.demo.linkage.precision], 3),
    line('linker’s index, bytes a record', [
      leap1.indexBytes / leap1.rebuild.records,
      kin1.indexBytes / kin1.rebuild.records,
    ]),
    '  Derived tokens are made in the pseudonymiser: what it takes more is the hashing and the longer chunks.',
  ].join('\n');
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}; ledger in ${store.name}`,
);
try {
  for (const rows of sizes.length > 0 ? sizes : [100_000, 300_000, 1_000_000]) {
    const many = await measure(rows, MANY_FILES);
    console.log(report(many));
    if (strategy === 'kin-1') {
      const kin1 = await measure(rows, MANY_FILES, 'kin-1');
      console.log(`under kin-1: ${report(kin1)}`);
      console.log(besideLeap1(many, kin1));
    }
    if (!compareFiles) continue;
    const few = await measure(rows, FEW_FILES);
    console.log(report(few));
    console.log(fileCost(many, few));
  }
} finally {
  store.stop();
}
