import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Counts are null if no file says who attended. */
export interface OracleFigure {
  readonly children: number | null;
  readonly adults: number | null;
  readonly families: number | null;
  readonly childrenThroughCarerOnly: number | null;
  readonly workforce: number | null;
  readonly unlinkable: number | null;
  readonly referred: number | null;
  readonly anonymous: number | null;
}

export interface PlacedRow {
  readonly dataset: string;
  readonly period: string;
  /** From 1, without the header. */
  readonly row: number;
  /** Identifies the row across files. */
  readonly key: string;
  readonly role: string;
  /** Values of the row, digests shortened, to assess a difference. */
  readonly case: string | null;
  readonly birth: string | null;
  readonly gender: string | null;
  readonly own: Readonly<Record<string, string>>;
  readonly carer: Readonly<Record<string, string>>;
}

export interface OracleAnswer {
  readonly files: readonly {
    readonly dataset: string;
    readonly period: string;
    readonly refused: boolean;
    readonly accepted: number;
    readonly rejected: number;
    readonly withoutConsent: number;
  }[];
  readonly rows: readonly PlacedRow[];
  readonly individuals: readonly {
    readonly role: string;
    /** Whether only the row key, which the oracle does not know, decides the role. */
    readonly roleIsATie: boolean;
    readonly family: number;
    readonly rows: readonly string[];
  }[];
  readonly families: number;
  readonly unplaced: Readonly<Record<'unlinkable' | 'referred' | 'anonymous', readonly string[]>>;
  /** Cases that the documents leave open. */
  readonly doubts: readonly { readonly why: string; readonly rows: readonly PlacedRow[] }[];
  /** Period, then scope: `programme`, `strand:…`, `service:…`. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, OracleFigure>>>>;
}

const program = join(import.meta.dirname, 'oracle', 'oracle.py');
const interpreter = 'python3';

/** Why the oracle cannot run here, or undefined if it can. */
export function oracleAbsent(): string | undefined {
  const probe = spawnSync(interpreter, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  return probe.status === 0 ? undefined : 'Python 3.9 or newer (python3) is absent';
}

export interface OracleQuestion {
  /** Folder of the programme's definition. */
  readonly programme: string;
  /** Folder of generated files, with their manifest. */
  readonly files: string;
  /** The salt of the digests made at source. */
  readonly saltFile: string;
}

/** Asks the oracle about a programme's files. @throws Error with Python's message if it fails. */
export async function askOracle({ programme, files, saltFile }: OracleQuestion): Promise<OracleAnswer> {
  const args = [program, '--programme', programme, '--files', files, '--salt-file', saltFile];
  // -B: Python writes no compiled files beside its sources.
  const child = spawn(interpreter, ['-B', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complained.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the oracle failed: ${Buffer.concat(complained).toString()}`);
  // The oracle's document, in the shape declared above.
  return JSON.parse(Buffer.concat(said).toString()) as OracleAnswer;
}
