import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../../e2e/installation.js';
import { Random } from '../random.js';
import { fewDatasets } from '../../support/few-datasets.js';

interface ManifestFile {
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
  readonly path: string;
  readonly rows: number;
}

export interface Submission {
  readonly dataset: string;
  readonly period: string;
  readonly provider: string;
  readonly content: string;
}

/** One action on the platform. The actions of one wave run concurrently. */
export type Action =
  | { readonly kind: 'submit'; readonly name: string; readonly submission: Submission }
  /** Its landed rows are damaged before it is submitted: it cannot be processed, and is parked. */
  | { readonly kind: 'submit-damaged'; readonly name: string; readonly submission: Submission }
  /** A file that is refused at the door: nothing of it may be left. */
  | { readonly kind: 'send-unreadable'; readonly name: string; readonly submission: Submission }
  | { readonly kind: 'withdraw'; readonly name: string; readonly of: string }
  /** What was damaged is mended, and the parked submission is tried again. */
  | { readonly kind: 'unpark'; readonly name: string; readonly of: string };

export interface Work {
  readonly waves: readonly (readonly Action[])[];
  /** Number of files and commands that the linker decides. */
  readonly intakes: number;
  /** How often the pseudonymiser finishes a file or parks it. */
  readonly ends: number;
  readonly periods: readonly string[];
}

export interface Size {
  readonly people: number;
  readonly quarters: number;
  /** Number of concurrent actions. */
  readonly atOnce: number;
}

/**
 * A synthetic programme as work, determined by the seed. Each file is submitted once, except: two come in part first
 * and are then replaced by the whole, one is withdrawn, two are damaged after landing, of which one is repaired and
 * un-parked, and one is unreadable.
 */
export async function workOf(size: Size, seed: string): Promise<Work> {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-chaos-'));
  const installation = new Installation();
  try {
    const args = [
      '--people',
      String(size.people),
      '--quarters',
      String(size.quarters),
      '--seed',
      seed,
      ...fewDatasets,
    ];
    const out = join(folder, 'programme');
    const { code, stderr } = await installation.run('generate', '--out', out, ...args);
    if (code !== 0) throw new Error(`the programme was not generated: ${stderr}`);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
      readonly files: readonly ManifestFile[];
    };
    return arrange(
      manifest.files.map((file) => ({ ...file, content: readFileSync(join(out, file.path), 'utf8') })),
      size.atOnce,
      new Random(`work ${seed}`),
    );
  } finally {
    await installation.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

type LoadedFile = ManifestFile & Submission;

function arrange(files: readonly LoadedFile[], atOnce: number, random: Random): Work {
  const long = random.shuffle(files.filter(({ rows }) => rows >= 10));
  const [replacedOne, replacedTwo, withdrawn, damaged, mended, unreadable] = long;
  if (
    replacedOne === undefined ||
    replacedTwo === undefined ||
    withdrawn === undefined ||
    damaged === undefined ||
    mended === undefined ||
    unreadable === undefined
  ) {
    throw new Error('the programme has too few files of ten rows: make it larger');
  }
  const name = ({ dataset, period }: LoadedFile) => `${dataset} ${period}`;
  const first: Action[] = [];
  const later: Action[] = [];
  for (const file of files) {
    if (file === replacedOne || file === replacedTwo) {
      const part = { ...file, content: beginningOf(file.content) };
      first.push({ kind: 'submit', name: `part of ${name(file)}`, submission: part });
      later.push({ kind: 'submit', name: name(file), submission: file });
    } else if (file === damaged || file === mended) {
      first.push({ kind: 'submit-damaged', name: name(file), submission: file });
    } else {
      first.push({ kind: 'submit', name: name(file), submission: file });
    }
  }
  first.push({
    kind: 'send-unreadable',
    name: `unreadable ${name(unreadable)}`,
    submission: { ...unreadable, content: 'no,such,columns\n1,2,3\n' },
  });
  later.push({ kind: 'withdraw', name: `withdrawal of ${name(withdrawn)}`, of: name(withdrawn) });
  later.push({ kind: 'unpark', name: `un-parking of ${name(mended)}`, of: name(mended) });
  return {
    waves: [...inWaves(first, atOnce), ...inWaves(random.shuffle(later), atOnce)],
    // Two files come in two versions each, and the withdrawal and the un-parking are commands.
    intakes: files.length + 4,
    ends: files.length + 3,
    periods: [...new Set(files.map(({ period }) => period))].sort(),
  };
}

function inWaves(actions: readonly Action[], atOnce: number): Action[][] {
  const waves: Action[][] = [];
  for (let from = 0; from < actions.length; from += atOnce) waves.push(actions.slice(from, from + atOnce));
  return waves;
}

/** The header and the first half of the rows. */
function beginningOf(content: string): string {
  const lines = content.trimEnd().split('\n');
  return `${lines.slice(0, 1 + Math.floor(lines.length / 2)).join('\n')}\n`;
}
