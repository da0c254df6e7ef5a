/**
 * What reviewers wait for, on the ledger of a synthetic programme: the list of pairs, the first look at a referral, which reads
 * the whole ledger, and the looks after it, which read what was decided since; and the memory of the projector. Build first;
 * Linux only.
 *
 *   npx node test/benchmarks/reviews.bench.ts 20000        about 330,000 rows; takes as long as `kinledger demo` and some minutes
 *   KINLEDGER_HOME=... npx node test/benchmarks/reviews.bench.ts    the home of services that run
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
import { childrenOf, commandOf, usageOf } from './process-usage.ts';

const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));
const LOOKS = 20;
const people = process.argv[2];
const given = people === undefined ? process.env['KINLEDGER_HOME'] : undefined;
const home = given ?? mkdtempSync(join(tmpdir(), 'kinledger-reviews-'));

async function startDemo(): Promise<ChildProcess> {
  const size = ['--people', people ?? '1200', '--quarters', '8'];
  const demo = spawn(process.execPath, [command, 'demo', '--keep', '--json', '--seed', 'bench', ...size], {
    env: { ...process.env, KINLEDGER_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  await new Promise<void>((resolve, reject) => {
    demo.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      try {
        JSON.parse(told);
        resolve();
      } catch {
        // The document is not complete yet.
      }
    });
    demo.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  return demo;
}

const demo = given === undefined ? await startDemo() : undefined;
try {
  const connection = localConnection.parse(JSON.parse(readFileSync(join(home, 'connection.json'), 'utf8')));
  const { services, tokens, evaluation } = connection;
  const pool = createPool({ url: evaluation.platformUrl, applicationName: 'bench', max: 1 });
  const { rows: counted } = await pool.query<{ records: number; referrals: number }>(
    `SELECT (SELECT count(*) FROM golden.record)::int AS records, (SELECT count(*) FROM golden.referral)::int AS referrals`,
  );
  await pool.end();
  const { pid } = connection.launcher;
  const projector = childrenOf(pid).find((child) => commandOf(child).includes('projector/dist/main.js'));
  if (projector === undefined) throw new Error('no projector runs here');
  /** Seconds of processor time of the services and PostgreSQL, which has a process for each connection. */
  const used = (of = pid): number =>
    childrenOf(of).reduce((sum, child) => sum + used(child), usageOf(of)?.cpu ?? 0);

  async function call<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${services.projector}/v1/${path}`, {
      headers: { authorization: `Bearer ${tokens.dataTeam}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
  async function timed<Result>(work: () => Promise<Result>) {
    const [before, began] = [used(), performance.now()];
    const result = await work();
    return { result, seconds: (performance.now() - began) / 1000, processor: used() - before };
  }
  const list = () => call<{ waiting: number; pairs: { referral: string }[] }>('reviews?limit=500');
  const look = async (referral: string) => {
    const { id } = await call<{ id: string }>('review-examinations', {
      referral,
      reason: 'a benchmark of looks',
    });
    for (;;) {
      const { state, reason, result } = await call<{
        state: string;
        reason: string | null;
        result: object | null;
      }>(`review-examinations/${id}`);
      if (state === 'done') return JSON.stringify(result).length;
      if (state === 'failed') throw new Error(reason ?? '');
      await pause(20);
    }
  };
  const mib = () => Math.round(usageOf(projector)?.peakMiB ?? Number.NaN);

  const before = mib();
  const firstList = await timed(list);
  const laterList = await timed(list);
  const referrals = [...new Set(laterList.result.pairs.map(({ referral }) => referral))];
  console.log(
    `${counted[0]?.records} records; ${laterList.result.waiting} pairs of ${counted[0]?.referrals} referrals wait`,
  );
  const first = await timed(() => look(referrals[0] ?? ''));
  const after = mib();
  const later = await timed(async () => {
    for (const referral of referrals.slice(1, LOOKS + 1)) await look(referral);
  });
  const line = (measured: { readonly seconds: number; readonly processor: number }, of = 1) => ({
    seconds: (measured.seconds / of).toFixed(2),
    'processor seconds': (measured.processor / of).toFixed(2),
  });
  console.table({
    'first list': line(firstList),
    'later list': line(laterList),
    'first look': line(first),
    [`each of ${LOOKS} looks after it`]: line(later, Math.min(LOOKS, referrals.length - 1)),
  });
  console.log(
    `most memory of the projector: ${before} MiB before, ${after} MiB after the first look, ${mib()} MiB at the end`,
  );
} finally {
  if (demo !== undefined) {
    demo.kill('SIGINT');
    await once(demo, 'exit').catch(() => undefined);
    rmSync(home, { recursive: true, force: true });
  }
}
