/**
 * The whole pipeline on the embedded default, as a person runs it: files in over HTTP, figures out, then a rebuild.
 * For each size: rows a second end to end, beside a plain COPY of the same rows into the same server; processor time and
 * peak memory of each service; the linker's bytes per record; records a second on rebuild.
 *
 *   npm run bench                      100,000, 300,000 and 1,000,000 rows, about
 *   npm run bench -- 100000 --keep     other sizes; keeps the homes
 *   npm run bench -- --store kurrentdb the ledger in the KurrentDB of KINLEDGER_KURRENTDB_URL, under a prefix of its own, else
 *                                      in a stand-in: a process that keeps events in memory, and no measure of a server
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import { copyInto, createPool, inTransaction } from '@kinledger/database';
import { childrenOf, commandOf, usageOf, type Usage } from './process-usage.ts';

const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));
const sizes = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const keep = process.argv.includes('--keep');
const storeKind = process.argv.includes('--store')
  ? process.argv[process.argv.indexOf('--store') + 1]
  : 'postgres';
if (storeKind !== 'postgres' && storeKind !== 'kurrentdb')
  throw new Error('--store is postgres or kurrentdb');
/** Over eight quarters a person makes about ten rows (guide to synthetic data). */
const ROWS_PER_PERSON = 10.2;
const QUARTERS = 8;

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
  readonly services: ReadonlyMap<string, Usage>;
  readonly postgresCpu: number;
  readonly indexBytes: number;
}

/** Where the ledger is: what services are told, and what a reader of the figures has to know. */
interface Store {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the stand-in. */
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
    KINLEDGER_KURRENTDB_PREFIX: `bench-${randomUUID().slice(0, 8)}`,
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

const environment = (home: string) => ({ ...process.env, ...store.environment, KINLEDGER_HOME: home });

/** Runs a demo that stays; resolves with its report and the way to end it. */
function startDemo(
  home: string,
  people: number,
): Promise<{ readonly report: DemoResult; readonly child: ChildProcess }> {
  const args = ['demo', '--keep', '--json', '--people', String(people), '--quarters', String(QUARTERS)];
  const child = spawn(process.execPath, [command, ...args, '--seed', 'bench'], {
    env: environment(home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      try {
        // The command's own document, of which this reads a part.
        resolve({ report: JSON.parse(text) as DemoResult, child });
      } catch {
        // Not all of it is here yet.
      }
    });
    child.once('close', (code) => reject(new Error(`the demo ended with ${String(code)}`)));
  });
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
        resolve(JSON.parse(text) as T); // the command's own document
      else reject(new Error(`kinledger ${args.join(' ')} ended with ${String(code)}`));
    });
  });
}

function servicesOf(connection: LocalConnection): Map<string, Usage> {
  const found = new Map<string, Usage>();
  for (const pid of childrenOf(connection.launcher.pid)) {
    const name = /apps\/([a-z-]+)\/dist\/main/.exec(commandOf(pid))?.[1];
    const usage = usageOf(pid);
    if (name !== undefined && usage !== undefined) found.set(name, usage);
  }
  return found;
}

/** Processor time of the server and of all its connections, also of those that have ended. */
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

/** The same rows, as they are in their files, into a bare table of one text column: a COPY and a commit for each file. */
async function plainCopy(home: string, connection: LocalConnection): Promise<number> {
  const url = new URL(connection.evaluation.platformUrl);
  url.username = 'postgres';
  url.password = readFileSync(join(home, 'postgres', 'superuser-password'), 'utf8').trim();
  const pool = createPool({ url: url.href, applicationName: 'plain-copy', max: 1 });
  try {
    await pool.query('CREATE TABLE public.plain_copy (line text)');
    const data = join(home, 'demo', 'data');
    // The demo's own manifest, of which this reads a part.
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
    await pool.end();
  }
}

/** As root the database's files lie outside the home: a million rows are 6 GB of them. */
function remove(home: string): void {
  const data = readFileSync(join(home, 'postgres', 'data-directory'), 'utf8').trim();
  for (const directory of [data, home]) rmSync(directory, { recursive: true, force: true });
}

async function measure(rows: number): Promise<Row> {
  const home = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
  const { report: demo, child } = await startDemo(home, Math.round(rows / ROWS_PER_PERSON));
  try {
    const connection = localConnection.parse(JSON.parse(readFileSync(join(home, 'connection.json'), 'utf8')));
    const services = servicesOf(connection);
    const cpu = postgresCpu(home);
    const standInUsage = store.pid === undefined ? undefined : usageOf(store.pid);
    if (standInUsage !== undefined) services.set(store.name, standInUsage);
    const indexBytes = await metric(
      connection.services.linker,
      /^kinledger_linker_index_bytes\{[^}]*\} (\S+)$/gm,
    );
    const copySeconds = await plainCopy(home, connection);
    const rebuild = await runJson<RebuildResult>(home, 'rebuild');
    const after = servicesOf(connection).get('projector');
    if (after !== undefined) services.set('projector (with rebuild)', after);
    return { demo, rebuild, copySeconds, services, postgresCpu: cpu, indexBytes };
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    await ended;
    if (!keep) remove(home);
  }
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en-GB');

function report({ demo, rebuild, copySeconds, services, postgresCpu: cpu, indexBytes }: Row): string {
  const perRow = (seconds: number) => `${((seconds / demo.rows) * 1e6).toFixed(0)} µs`;
  return [
    `${thousands(demo.rows)} rows in ${demo.files} files: ${demo.seconds.toFixed(1)} s, ${thousands(demo.rowsPerSecond)} rows a second`,
    `  plain COPY of the same rows: ${copySeconds.toFixed(2)} s, ${thousands(demo.rows / copySeconds)} rows a second (1 : ${(demo.seconds / copySeconds).toFixed(0)})`,
    `  rebuild: ${thousands(rebuild.records)} records in ${rebuild.seconds.toFixed(1)} s, ${thousands(rebuild.records / rebuild.seconds)} a second; equal: ${rebuild.equal}`,
    `  linker index: ${thousands(indexBytes / rebuild.records)} bytes per record`,
    `  precision ${demo.linkage.precision.toFixed(5)}, recall ${demo.linkage.recall.toFixed(4)}`,
    ...[...services].map(
      ([name, usage]) =>
        `  ${name.padEnd(26)} ${usage.cpu.toFixed(1).padStart(7)} s processor (${perRow(usage.cpu)} a row), peak ${thousands(usage.peakMiB)} MiB`,
    ),
    `  ${'PostgreSQL'.padEnd(26)} ${cpu.toFixed(1).padStart(7)} s processor (${perRow(cpu)} a row)`,
  ].join('\n');
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}; ledger in ${store.name}`,
);
try {
  for (const rows of sizes.length > 0 ? sizes : [100_000, 300_000, 1_000_000])
    console.log(report(await measure(rows)));
} finally {
  store.stop();
}
