import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Model } from '@kinledger/kin';
import { idBytes, sourceOf, type RecordIds } from '../reading/record-ids.js';
import type { LinkSchema } from '../schema/link-schema.js';
import { crewOf, type Crew } from '../threads/crew.js';
import { sharedBytes } from '../values/shared-arrays.js';
import { linkRecords, type Linked } from './link-records.js';
import { csvFile, readFiles, type CsvFile } from './read-files.js';

export interface LinkingOptions {
  readonly schema: LinkSchema;
  /** Whether each file holds nobody twice. */
  readonly leftUnique: boolean;
  readonly rightUnique: boolean;
  readonly model?: Model | undefined;
  /** How many threads work; by default as many as the files are worth and there are processors. */
  readonly threads?: number | undefined;
  readonly progress: (step: string) => void;
}

/** Files, linked. */
export interface LinkedFiles extends Linked {
  /** How many files there are. */
  readonly sources: number;
  readonly ids: RecordIds;
  readonly idOf: (record: number) => string;
}

/** Smaller files are linked before a second thread has started. */
const WORTH_THREADS = 2_000_000;
/** With more threads, what one alone does takes most of the time. */
const MOST_THREADS = 4;

/**
 * Links the records of one file, or of two.
 * @param paths those of the left file, and of the right one if there is one.
 * @throws BrokenCsv, SchemaRefused if a file cannot be read as the schema says, or a record’s id is missing or repeated in
 * its file; TooManyFields, ModelRefused if the fields cannot be compared, or not with the model; TooManyValues, IndividualsAlike
 * if there are too many of either.
 */
export function linkFiles(paths: readonly string[], options: LinkingOptions): Promise<LinkedFiles> {
  options.progress('read');
  const bytes = paths.reduce((all, path) => all + statSync(path).size, 0);
  // Threads start while the files are read.
  return linkWith(crewOf(options.threads ?? threadsFor(bytes)), () => paths.map(csvFile), options);
}

/** The same, of files that are read. Their bytes may change if all threads see them; others are copied. */
export function linkCsv(files: readonly CsvFile[], options: LinkingOptions): Promise<LinkedFiles> {
  const bytes = files.reduce((all, file) => all + file.bytes.length, 0);
  return linkWith(crewOf(options.threads ?? threadsFor(bytes)), () => files.map(inSharedMemory), options);
}

/** A thread undoes doubled quotes where they stand: in a copy of its own, no other thread would see that. */
function inSharedMemory(file: CsvFile): CsvFile {
  if (file.bytes.buffer instanceof SharedArrayBuffer) return file;
  const bytes = sharedBytes(file.bytes.length);
  bytes.set(file.bytes);
  return { ...file, bytes };
}

async function linkWith(
  crew: Crew,
  filesToLink: () => readonly CsvFile[],
  options: LinkingOptions,
): Promise<LinkedFiles> {
  const { schema, model, progress } = options;
  try {
    const files = filesToLink();
    const read = await readFiles(files, schema, crew, progress);
    const unique = [options.leftUnique, options.rightUnique].slice(0, files.length);
    const linked = await linkRecords(read, { unique, model, progress }, crew);
    const { records, ids } = read;
    const decoder = new TextDecoder();
    const idOf = (record: number): string =>
      ids.numbered
        ? String(record - (records.sourceStarts[sourceOf(records, record)] ?? 0) + 1)
        : decoder.decode(idBytes(records, ids, record).slice());
    return { ...linked, sources: files.length, ids, idOf };
  } finally {
    await crew.end();
  }
}

const threadsFor = (bytes: number): number =>
  bytes < WORTH_THREADS ? 1 : Math.min(MOST_THREADS, availableParallelism());
