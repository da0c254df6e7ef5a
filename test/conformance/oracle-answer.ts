import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

const count = z.int().nonnegative();

/** Null where nothing says who attended. */
const known = count.nullable();

const figure = z.object({
  children: known,
  adults: known,
  families: known,
  childrenThroughCarerOnly: known,
  workforce: known,
  unlinkable: known,
  referred: known,
  anonymous: known,
});
export type OracleFigure = z.infer<typeof figure>;

const placedRow = z.object({
  dataset: z.string(),
  period: z.string(),
  /** From 1, the titles not counted. */
  row: z.int().positive(),
  /** Names the row over all files that bring it. */
  key: z.string(),
  role: z.string(),
  /** What the row says, shortened: to judge a difference by. */
  case: z.string().nullable(),
  birth: z.string().nullable(),
  gender: z.string().nullable(),
  own: z.record(z.string(), z.string()),
  carer: z.record(z.string(), z.string()),
});
export type PlacedRow = z.infer<typeof placedRow>;

const answer = z.object({
  files: z.array(
    z.object({
      dataset: z.string(),
      period: z.string(),
      refused: z.boolean(),
      accepted: count,
      rejected: count,
      withoutConsent: count,
    }),
  ),
  rows: z.array(placedRow),
  individuals: z.array(
    z.object({
      role: z.string(),
      /** Only the row key, which the oracle does not know, tells which role. */
      roleIsATie: z.boolean(),
      family: count,
      rows: z.array(z.string()),
    }),
  ),
  families: count,
  unplaced: z.object({
    unlinkable: z.array(z.string()),
    referred: z.array(z.string()),
    anonymous: z.array(z.string()),
  }),
  /** Where the documents leave open who belongs together. */
  doubts: z.array(z.object({ why: z.string(), rows: z.array(placedRow) })),
  /** Period, then scope: `programme`, `strand:…`, `service:…`. */
  figures: z.record(z.string(), z.record(z.string(), figure)),
});
export type OracleAnswer = z.infer<typeof answer>;

const program = join(import.meta.dirname, 'oracle', 'oracle.py');
const interpreter = 'python3';

/** Why the oracle cannot run here, or undefined where it can. */
export function oracleAbsent(): string | undefined {
  const probe = spawnSync(interpreter, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  return probe.status === 0 ? undefined : 'Python 3.9 or newer (python3) is absent';
}

export interface OracleQuestion {
  /** Folder of the programme's definition. */
  readonly programme: string;
  /** Folder of generated files, with their manifest. */
  readonly files: string;
  /** The salt that sources which pseudonymise made their digests with. */
  readonly saltFile: string;
}

/** What the oracle says of a programme's files. @throws Error with what Python said, if it failed. */
export async function askOracle({ programme, files, saltFile }: OracleQuestion): Promise<OracleAnswer> {
  const args = [program, '--programme', programme, '--files', files, '--salt-file', saltFile];
  // Without this, Python would leave compiled files beside its sources.
  const child = spawn(interpreter, ['-B', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complained.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the oracle failed: ${Buffer.concat(complained).toString()}`);
  return answer.parse(JSON.parse(Buffer.concat(said).toString()));
}
