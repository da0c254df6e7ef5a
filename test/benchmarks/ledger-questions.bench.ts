/**
 * What closing a quarter and asking the ledger takes, on the ledger of a synthetic programme: seconds, and seconds of processor
 * time of the command, the services and PostgreSQL together. Build first; Linux only.
 *
 *   npx node test/benchmarks/ledger-questions.bench.ts            as many people as in the demo, about 19,000 rows
 *   npx node test/benchmarks/ledger-questions.bench.ts 9800       about 100,000 rows
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localConnection } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { childrenOf } from './process-usage.ts';
import { fewDatasets } from '../support/few-datasets.ts';

const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));
const PERIOD = '2022-23-Q4';
const TICKS_PER_SECOND = 100;
const people = process.argv[2];

const home = mkdtempSync(join(tmpdir(), 'kinledger-questions-'));
const environment = { ...process.env, KINLEDGER_HOME: home };

/** Seconds of processor time of a process and of everything that it began, also of what has ended. */
function usedBy(pid: number): number {
  let own = 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
  } catch {
    // It has ended meanwhile.
  }
  return childrenOf(pid).reduce((sum, child) => sum + usedBy(child), own);
}

async function run(...args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [command, ...args, '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`kinledger ${args.join(' ')} ended with ${code}`);
  return JSON.parse(text);
}

const size = people === undefined ? [] : ['--people', people, '--quarters', '8'];
const demo: ChildProcess = spawn(
  process.execPath,
  [command, 'demo', '--keep', '--json', '--seed', 'bench', ...size, ...fewDatasets],
  { env: environment, stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  let told = '';
  const rows = await new Promise<number>((resolve, reject) => {
    demo.stdout?.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      try {
        resolve((JSON.parse(told) as { readonly rows: number }).rows);
      } catch {
        // The document is not complete yet.
      }
    });
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const connection = localConnection.parse(JSON.parse(readFileSync(join(home, 'connection.json'), 'utf8')));
  const pool = createPool({ url: connection.evaluation.platformUrl, applicationName: 'bench', max: 1 });
  const { rows: found } = await pool.query<{ record: string; individual: string; records: number }>(
    `SELECT replace(min(record_id::text), '-', '') AS record, replace(individual_id::text, '-', '') AS individual,
            count(*)::int AS records
     FROM golden.record WHERE state = 'linked' GROUP BY individual_id ORDER BY count(*) DESC OFFSET 10 LIMIT 1`,
  );
  await pool.end();
  const { record = '', individual = '', records = 0 } = found[0] ?? {};
  console.log(`${rows.toLocaleString('en-GB')} rows; the individual explained has ${records} records`);
  const measured: Record<string, { readonly seconds: string; readonly 'processor seconds': string }> = {};
  for (const [name, args] of [
    ['close a quarter', ['quarter', 'close', PERIOD]],
    ['reproduce it', ['quarter', 'reproduce', PERIOD]],
    ['erase a record', ['erase', '--record', record, '--basis', 'data-subject-request']],
    ['compare it with now', ['quarter', 'compare', PERIOD]],
    ['replay the ledger', ['ledger', 'replay']],
    ['explain an individual', ['ledger', 'explain', individual, '--reason', 'a benchmark of explanations']],
    ['verify the ledger live', ['ledger', 'verify', '--live']],
  ] as const) {
    // What the services do by themselves, such as signing, is over.
    await pause(2_000);
    const [before, began] = [usedBy(process.pid), performance.now()];
    await run(...args);
    const seconds = (performance.now() - began) / 1000;
    const used = usedBy(process.pid) - before;
    measured[name] = { seconds: seconds.toFixed(1), 'processor seconds': used.toFixed(1) };
  }
  console.table(measured);
} finally {
  demo.kill('SIGINT');
  await once(demo, 'exit').catch(() => undefined);
  rmSync(home, { recursive: true, force: true });
}
