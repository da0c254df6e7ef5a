/**
 * Links the same files with `kinledger link` and with Splink, and prints quality, time, processor time and peak memory of both. Splink and
 * DuckDB come from the Python package index, into node_modules/.cache; Linux only.
 *
 *   npm run bench:against-splink                       20,000 records of invented households, and the public files
 *   npm run bench:against-splink -- 100000 1000000     other numbers, one after the other
 *   npm run bench:against-splink -- --public FOLDER    the folder of FEBRL4 and fake_1000; default ../shared/data/linkage-benchmarks
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writeHouseholds } from './linkage/households.ts';
import { f1Of, precisionOf, qualityOfLinks, recallOf, rowsOf, type PairQuality } from './linkage/quality.ts';
import { usageOf } from './process-usage.ts';

const here = 'test/benchmarks/against-splink';
const requirements = readFileSync(join(here, 'requirements.txt'), 'utf8').trim().split('\n');
const environment = `node_modules/.cache/kinledger/${requirements.join('-').replaceAll('==', '-')}`;
const python = join(environment, 'bin/python');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { public: { type: 'string', default: '../shared/data/linkage-benchmarks' } },
});
const sizes = (positionals.length === 0 ? ['20000'] : positionals).map(Number);
if (sizes.some((size) => !Number.isInteger(size) || size < 1_000))
  throw new RangeError(
    'a number of records is whole, and 1000 or more: against-splink.bench.ts 20000 100000',
  );

const SEED = 7;
const EVERY_MS = 25;
/** Splink keeps pairs from this probability on, and these thresholds make clusters. */
const KEPT = 0.001;
const THRESHOLD = 0.99;
const OTHER_THRESHOLDS = [0.5, 0.8, 0.9, 0.95, 0.999];

/** What a program used, until it had written its individuals. */
interface Used {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakMiB: number;
}

/** What `splink_model.py` does, and says of it. */
interface Job {
  /** A name that `models_of` there knows. */
  readonly model: string;
  readonly files: readonly string[];
  /** Record id and person, with a header: only read when the clock has stopped. */
  readonly truth: string;
  readonly out: string;
  readonly keep: number;
  readonly threshold: number;
  readonly oneToOne: boolean;
  /** Further thresholds of clusters, each written beside `out`. */
  readonly alsoAt: readonly number[];
}
const answer = z.object({
  ended: z.number(),
  processorSeconds: z.number(),
  peakMiB: z.number(),
  /** By match weight, high ones first: right and wrong pairs. */
  pairs: z.array(z.tuple([z.number(), z.number(), z.number()])),
  clusters: z.array(z.object({ threshold: z.number(), file: z.string() })),
});

/** One task for both. */
interface Task {
  readonly name: string;
  readonly files: readonly string[];
  readonly schema: object;
  readonly model: string;
  readonly oneToOne: boolean;
  readonly personOf: (id: string) => string;
  readonly counts: 'all' | 'across';
}

const scratch = mkdtempSync(join(tmpdir(), 'kinledger-against-splink-'));

/** Makes the Python environment, if it is not there yet. */
function prepare(): void {
  if (existsSync(python) && spawnSync(python, ['-c', 'import splink']).status === 0) return;
  const found = spawnSync('python3', ['-c', 'import sys, venv; print(sys.version_info >= (3, 10))'], {
    encoding: 'utf8',
  });
  if (found.status !== 0 || found.stdout.trim() !== 'True') {
    rmSync(scratch, { recursive: true });
    console.error(
      'this comparison needs python3, 3.10 or later, with the module venv: it is absent here, so nothing was compared',
    );
    process.exit(1);
  }
  console.error(`installing ${requirements.join(', ')} into ${environment}`);
  run('python3', ['-m', 'venv', '--clear', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', join(here, 'requirements.txt')]);
}

function run(command: string, given: readonly string[]): void {
  const { status } = spawnSync(command, given, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  rmSync(environment, { recursive: true, force: true });
  throw new Error(
    `${command} ${given.join(' ')} failed; Splink comes from the Python package index, through pip’s configuration`,
  );
}

async function compare(task: Task): Promise<void> {
  const [ours, theirs] = [join(scratch, 'links.csv'), join(scratch, 'splink.csv')];
  const used = await linkedByKinledger(task, ours);
  report(task.name, 'kinledger', quality(task, ours), used);
  const found = await linkedBySplink(task, theirs);
  report(task.name, `Splink, ${THRESHOLD}`, quality(task, theirs), found.used);
  const clusters = found.clusters.map(
    ({ threshold, file }) => [`Splink, ${threshold}, best of all thresholds`, quality(task, file)] as const,
  );
  const [best] = [
    [`Splink, ${THRESHOLD}, best of all thresholds`, quality(task, theirs)] as const,
    ...clusters,
  ].sort(([, one], [, other]) => f1Of(other) - f1Of(one));
  if (best !== undefined) report(task.name, ...best);
  const due = quality(task, ours);
  report(task.name, 'Splink, pairs at the best weight', bestPairs(found.pairs, due.right + due.missed));
}

const quality = ({ personOf, counts }: Task, file: string): PairQuality =>
  qualityOfLinks(file, (_, id) => personOf(id), counts);

function report(task: string, by: string, pairs: PairQuality, used?: Used): void {
  const number = (count: number) => count.toLocaleString('en-GB');
  const four = (share: number) => share.toFixed(4);
  const cells = [
    ...[task, by, [pairs.right, pairs.wrong, pairs.missed].map(number).join(' / ')],
    ...[precisionOf(pairs), recallOf(pairs), f1Of(pairs)].map(four),
    ...(used === undefined
      ? ['', '', '']
      : [used.seconds.toFixed(1), used.processorSeconds.toFixed(1), number(Math.round(used.peakMiB))]),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** The pairs from the weight on that gives the best F1: nobody knows it without the truth. */
function bestPairs(scored: z.infer<typeof answer>['pairs'], due: number): PairQuality {
  let [right, wrong] = [0, 0];
  let best: PairQuality = { right, wrong, missed: due };
  for (const [, rightHere, wrongHere] of scored) {
    right += rightHere;
    wrong += wrongHere;
    const pairs = { right, wrong, missed: due - right };
    if (f1Of(pairs) > f1Of(best)) best = pairs;
  }
  return best;
}

async function linkedByKinledger(
  { files: [left = '', right], schema, oneToOne }: Task,
  out: string,
): Promise<Used> {
  const schemaFile = join(scratch, 'schema.json');
  writeFileSync(schemaFile, JSON.stringify(schema));
  const given = ['--left', left, ...(right === undefined ? [] : ['--right', right]), '--schema', schemaFile];
  const began = performance.now();
  const linking = spawn(
    process.execPath,
    [
      'apps/cli/dist/main.js',
      'link',
      ...given,
      '--out',
      out,
      '--json',
      ...(oneToOne ? ['--one-to-one'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let used = { processorSeconds: 0, peakMiB: 0 };
  const timer = setInterval(() => {
    // A process that has just ended has no usage any more.
    const now = usageOf(linking.pid ?? 0);
    if (now !== undefined && now.peakMiB > 0)
      used = { processorSeconds: now.cpu, peakMiB: Math.max(used.peakMiB, now.peakMiB) };
  }, EVERY_MS);
  const [code] = (await once(linking, 'exit')) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`kinledger link ended with ${code}`);
  return { seconds: (performance.now() - began) / 1_000, ...used };
}

async function linkedBySplink(
  task: Task,
  out: string,
): Promise<z.infer<typeof answer> & { readonly used: Used }> {
  const ids = task.files.flatMap((file) =>
    rowsOf(file).map((row) => row['id'] ?? row['rec_id'] ?? row['unique_id'] ?? ''),
  );
  const truth = join(scratch, 'truth-by-id.csv');
  writeFileSync(truth, ['id,person', ...ids.map((id) => `${id},${task.personOf(id)}`)].join('\n'));
  const job: Job = {
    ...{
      model: task.model,
      files: task.files,
      truth,
      out,
      keep: KEPT,
      threshold: THRESHOLD,
      oneToOne: task.oneToOne,
    },
    alsoAt: OTHER_THRESHOLDS,
  };
  const jobFile = join(scratch, 'job.json');
  writeFileSync(jobFile, JSON.stringify(job));
  const began = Date.now() / 1_000;
  const linking = spawn(python, [join(here, 'splink_model.py'), jobFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  linking.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  const [code] = (await once(linking, 'close')) as [number | null];
  if (code !== 0) throw new Error(`Splink ended with ${code}`);
  const found = answer.parse(JSON.parse(told));
  const { ended, processorSeconds, peakMiB } = found;
  return { ...found, used: { seconds: ended - began, processorSeconds, peakMiB } };
}

function publicTasks(folder: string): Task[] {
  const files = ['febrl4a.csv', 'febrl4b.csv'].map((name) => join(folder, name));
  const minimal = {
    ...{ given_name: 'given-name', surname: 'surname', postcode: 'postcode', date_of_birth: 'birth-date' },
  };
  const withAddress = {
    ...minimal,
    ...{ street_number: 'house-number', address_1: 'address', address_2: 'address', suburb: 'locality' },
    state: 'attribute',
  };
  const febrl4 = (
    [
      ['FEBRL4, names, birth date and postcode', minimal],
      ['FEBRL4, all but the id', withAddress],
      ['FEBRL4, all fields', { ...withAddress, soc_sec_id: 'other-id' }],
    ] as const
  ).map(([name, columns]): Task => ({
    ...{ name: `${name}, one to one`, model: name, files, oneToOne: true, counts: 'across' },
    schema: { id: 'rec_id', columns },
    personOf: (id) => id.replace(/-(?:org|dup-\d+)$/, ''),
  }));
  const file = join(folder, 'fake_1000.csv');
  const cluster = new Map(rowsOf(file).map((row) => [row['unique_id'] ?? '', row['cluster'] ?? '']));
  return [
    ...febrl4,
    {
      ...{ name: 'fake_1000', model: 'fake_1000', files: [file], oneToOne: false, counts: 'all' },
      schema: {
        id: 'unique_id',
        columns: {
          ...{
            first_name: 'given-name',
            surname: 'surname',
            dob: 'birth-date',
            city: 'locality',
            email: 'email',
          },
        },
      },
      personOf: (id) => cluster.get(id) ?? '',
    },
  ];
}

function householdTasks(records: number): Task[] {
  const folder = join(scratch, `households-${records}`);
  const written = writeHouseholds(folder, { records, seed: SEED });
  const person = new Map(rowsOf(join(folder, 'truth.csv')).map(({ id = '', person: who = '' }) => [id, who]));
  const columns = {
    ...{ given_name: 'given-name', surname: 'surname', birth_date: 'birth-date', gender: 'gender' },
    ...{ postcode: 'postcode', email: 'email', mobile: 'mobile' },
  };
  return [
    { model: 'households, no NHS number', columns },
    { model: 'households', columns: { ...columns, nhs_number: 'nhs-number' } },
  ].map(({ model, columns: read }) => ({
    ...{ name: `${written.toLocaleString('en-GB')}: ${model}`, model, oneToOne: false, counts: 'all' },
    files: ['left.csv', 'right.csv'].map((file) => join(folder, file)),
    schema: { id: 'id', role: 'role', columns: read },
    personOf: (id) => person.get(id) ?? '',
  }));
}

try {
  prepare();
  console.log(
    '| files, fields | linked by | right / wrong / missed | precision | recall | F1 | s | processor s | MiB |',
  );
  console.log('| --- | --- | --: | --: | --: | --: | --: | --: | --: |');
  if (existsSync(options.public)) for (const task of publicTasks(options.public)) await compare(task);
  else console.error(`there is no folder ${options.public}: FEBRL4 and fake_1000 are left out`);
  for (const records of sizes) for (const task of householdTasks(records)) await compare(task);
} finally {
  rmSync(scratch, { recursive: true });
}
