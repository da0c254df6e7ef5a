import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { equivalenceOf } from './equivalents.js';
import { describeMutant, type Mutant } from './mutant.js';
import { mutantsOf, parts, sampleOf, type Part } from './parts.js';
import { work } from './trial-worker.js';
import type { Outcome, Verdict } from './trials.js';
import { WorkerProcess } from './worker-process.js';

const help = `Makes one small wrong change after the other to the parts that users rely on, and runs their tests on each. A change
that no test sees survives. Files on disk stay as they are.

  --part P       linkage, standing, survivorship, reach or access, several with commas (default: all)
  --sample N     changes tried of each part, which the seed chooses (default 60); 0 for all
  --seed S       seed of the sample (default "mutants")
  --file TEXT    only files whose path holds the text
  --verbose      name what is killed too, and by which test
  --list         say which changes there are, and try none
  --equivalent   try the changes that are listed as altering no answer, and no others: each ought to survive`;

interface Score {
  killed: number;
  survived: Mutant[];
  notReached: Mutant[];
  equivalent: number;
}

/**
 * @returns the number of reached mutants that survived; with `--equivalent`, the number of listed ones that did not.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: 'string' },
      sample: { type: 'string', default: '60' },
      seed: { type: 'string', default: 'mutants' },
      file: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      equivalent: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      worker: { type: 'string' },
      took: { type: 'string', default: '' },
      postgres: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.worker !== undefined) {
    const took = values.took === '' ? [] : values.took.split(',').map(Number);
    await work(values.worker, took, values.postgres);
    return 0;
  }
  if (values.help) {
    console.log(help);
    return 0;
  }
  const chosen = partsNamed(values.part);
  let unexpected = 0;
  for (const part of chosen) {
    const all = mutantsOf(part).filter(
      (mutant) =>
        mutant.file.includes(values.file) && (!values.equivalent || equivalenceOf(mutant) !== undefined),
    );
    const size = wholeNumber(values.sample);
    const sample = size === 0 ? all : sampleOf(all, size, values.seed);
    if (values.list) {
      for (const mutant of sample) console.log(describeMutant(mutant));
      console.log(`${part.name}: ${sample.length} of ${all.length} changes\n`);
      continue;
    }
    const score = await tryAll(part, sample, values);
    unexpected += values.equivalent ? score.killed : score.survived.length;
    console.log(told(part, score, all.length));
  }
  return unexpected;
}

async function tryAll(
  part: Part,
  mutants: readonly Mutant[],
  { verbose, equivalent }: { readonly verbose: boolean; readonly equivalent: boolean },
): Promise<Score> {
  // One server for all workers, so that it outlives a killed worker.
  const server = part.database ? await startServer() : undefined;
  const score: Score = { killed: 0, survived: [], notReached: [], equivalent: 0 };
  let worker: WorkerProcess | undefined;
  let took: readonly number[] = [];
  try {
    for (const mutant of mutants) {
      if (!equivalent && equivalenceOf(mutant) !== undefined) {
        score.equivalent += 1;
        continue;
      }
      worker ??= await WorkerProcess.start(part.name, took, server?.url() ?? '');
      ({ took } = worker);
      const answer = await worker.try(mutant);
      const { verdict, by }: Outcome = answer?.kind === 'verdict' ? answer : { verdict: 'endless' };
      if (verdict === 'endless') {
        worker.kill();
        worker = undefined;
      }
      note(score, mutant, verdict);
      const expected = equivalent ? verdict === 'survived' : verdict === 'killed' || verdict === 'endless';
      if (verbose || !expected)
        console.log(`${verdict}: ${describeMutant(mutant)}${by === undefined ? '' : ` (${by})`}`);
    }
    await worker?.end();
  } finally {
    worker?.kill();
    await server?.destroy();
  }
  return score;
}

/** Records a verdict. A mutant that times out counts as killed. */
function note(score: Score, mutant: Mutant, verdict: Verdict): void {
  if (verdict === 'survived') score.survived.push(mutant);
  else if (verdict === 'not reached') score.notReached.push(mutant);
  else score.killed += 1;
}

const startServer = () =>
  startEmbeddedPostgres({
    directory: mkdtempSync(join(tmpdir(), 'kinledger-mutants-')),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });

function told({ name }: Part, score: Score, all: number): string {
  const { killed, survived, notReached, equivalent } = score;
  const reached = killed + survived.length;
  const share = reached === 0 ? '–' : `${((100 * killed) / reached).toFixed(1)} %`;
  return `${name}: ${killed} of ${reached} changes killed (${share}), ${notReached.length} not reached, ${equivalent} equivalent; ${all} changes in all`;
}

function partsNamed(names: string | undefined): readonly Part[] {
  if (names === undefined) return parts;
  return names.split(',').map((name) => {
    const part = parts.find((one) => one.name === name);
    if (part === undefined) throw new Error(`no part is called ${name}`);
    return part;
  });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`${text} is not a whole number`);
  return Number(text);
}
