import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatasetId, PeriodCode, ProgrammeId, ProviderId } from '@kinledger/contracts';
import { DEFAULT_END_PERIOD, generateProgramme } from './generate-programme.js';
import type { SyntheticOptions } from './generate-programme.js';
import type { SyntheticFile } from './plan.js';
import type { TrueReach } from './reach-tally.js';

export interface SyntheticManifest {
  readonly programme: ProgrammeId;
  readonly seed: number | string;
  readonly people: number;
  readonly endPeriod: PeriodCode;
  /** Files in order of submission. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly provider: ProviderId;
  /** Relative to the folder of the manifest, with forward slashes. */
  readonly path: string;
  /** Number of data rows, without the header. */
  readonly rows: number;
}

export interface WrittenProgramme {
  readonly manifest: SyntheticManifest;
  readonly reach: TrueReach;
  readonly rows: number;
}

export interface Progress {
  /** Number of people generated so far, of `people`. */
  readonly people: number;
  readonly rows: number;
}

export interface FolderNotEmpty extends Error {
  readonly code: 'folder-not-empty';
}

export const isFolderNotEmpty = (error: unknown): error is FolderNotEmpty =>
  error instanceof Error && 'code' in error && error.code === 'folder-not-empty';

const PROGRESS_EVERY = 2_000;

/**
 * Writes a synthetic programme: `manifest.json`, one CSV file per dataset and period in `files/`, and in `truth/`
 * `records.csv` (dataset, period, row_number, person_id, role, reached_in), `people.csv` (person_id, family_id, role,
 * decile, ethnicity) and `reach.json`. The same options give the same bytes.
 * @param folder created if absent.
 * @throws FolderNotEmpty if the folder is not empty, because files and truth of two runs must not mix.
 */
export async function writeProgramme(
  folder: string,
  options: SyntheticOptions,
  onProgress?: (progress: Progress) => void,
): Promise<WrittenProgramme> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw Object.assign(new Error(`${folder} is not empty`), { code: 'folder-not-empty' as const });
  }
  const synthetic = await generateProgramme(options);
  const truth = join(folder, 'truth');
  mkdirSync(truth, { recursive: true });
  const records = new GrowingFile(
    join(truth, 'records.csv'),
    'dataset,period,row_number,person_id,role,reached_in\n',
  );
  const people = new GrowingFile(join(truth, 'people.csv'), 'person_id,family_id,role,decile,ethnicity\n');
  const outputs = synthetic.files.map((file) => new OutputFile(folder, file));

  let rows = 0;
  let reported = 0;
  const items = synthetic.items((drawn) => {
    if (drawn - reported < PROGRESS_EVERY) return;
    reported = drawn;
    onProgress?.({ people: drawn, rows });
  });
  for (const item of items) {
    if (item.of === 'person') {
      people.append(`${item.person},${item.family},${item.role},${item.decile},${item.ethnicity}\n`);
      continue;
    }
    const output = outputs[item.file.ordinal];
    if (!output) throw new RangeError(`${item.file.path} is no file of this programme`);
    output.append(item.line);
    rows += 1;
    records.append(
      `${item.file.dataset},${item.file.period},${output.rows},${item.person},${item.role},${item.reachedIn ?? ''}\n`,
    );
  }
  for (const file of [records, people, ...outputs]) file.flush();

  const manifest: SyntheticManifest = {
    programme: options.programme.definition.id,
    seed: options.seed,
    people: options.people,
    endPeriod: options.endPeriod ?? DEFAULT_END_PERIOD,
    files: outputs.filter((output) => output.rows > 0).map((output) => output.entry),
  };
  const reach = synthetic.reach();
  writeFileSync(join(truth, 'reach.json'), `${JSON.stringify(reach, undefined, 2)}\n`);
  // Written last, so that a folder with a manifest is complete.
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  onProgress?.({ people: options.people, rows });
  return { manifest, reach, rows };
}

const FLUSH_AT = 64 * 1024;

/**
 * A file that is appended to in chunks, and open only during a write, because a programme has more files than many
 * systems let a process keep open. Writing waits for the disk, so that memory is bounded.
 */
class GrowingFile {
  #pending: string;
  readonly #path: string;

  constructor(path: string, start = '') {
    this.#path = path;
    this.#pending = start;
  }

  append(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#pending === '') return;
    appendFileSync(this.#path, this.#pending);
    this.#pending = '';
  }
}

/** A provider’s file, created with its first row. */
class OutputFile {
  rows = 0;
  #growing: GrowingFile | undefined;
  readonly #folder: string;
  readonly #file: SyntheticFile;

  constructor(folder: string, file: SyntheticFile) {
    this.#folder = folder;
    this.#file = file;
  }

  get entry(): ManifestFile {
    const { dataset, period, provider } = this.#file;
    return { dataset, period, provider, path: this.#path, rows: this.rows };
  }

  get #path(): string {
    return `files/${this.#file.path}`;
  }

  append(line: string): void {
    if (!this.#growing) {
      const path = join(this.#folder, this.#path);
      mkdirSync(dirname(path), { recursive: true });
      this.#growing = new GrowingFile(path, this.#file.header + this.#file.lineEnd);
    }
    this.#growing.append(line + this.#file.lineEnd);
    this.rows += 1;
  }

  flush(): void {
    this.#growing?.flush();
  }
}
