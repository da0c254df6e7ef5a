import { workerData } from 'node:worker_threads';
import type { SubmissionId } from '@kinledger/contracts';
import {
  decodeRows,
  isNotAuthentic,
  kekFrom,
  openChunk,
  openPersonRequest,
  unwrapFile,
  type DataKey,
  type LandingRow,
} from '@kinledger/landing-store';
import { readProgramme } from '@kinledger/programme';
import { keysOf, personMarksOf, readSecrets } from '@kinledger/pseudonymisation';
import {
  FileRows,
  isRowUnfit,
  namedPerson,
  noRows,
  rowUnfit,
  suppressedIn,
  type Keys,
  type PersonIdentifiers,
  type TokenKeys,
} from '@kinledger/pseudonymised-rows';
import { packRows } from '../rows/pack-rows.js';
import type { FileToOpen, RowTask, RowTaskResult, RowWorkerData } from './row-task.js';

/**
 * Entry of a worker thread: opens sealed rows, pseudonymises them and encodes the result. Clear rows exist only here in
 * the service, for no longer than one call.
 */

// Piscina passes the service's data on: `RowWorkerData` by construction.
const { programmeDirectory, secretsDirectory } = workerData as RowWorkerData;
const [programme, firstSecrets] = await Promise.all([
  readProgramme(programmeDirectory),
  readSecrets(secretsDirectory),
]);
const postcodes = await programme.postcodeLookup();
const marks = personMarksOf(firstSecrets);
let secrets = firstSecrets;
const keysByVersion = new Map<number, Keys>();

/** The keys up to a version of the token keys. A version that is not known yet has been added to the secrets since. */
async function keysUpTo(version: number): Promise<Keys> {
  const known = keysByVersion.get(version);
  if (known !== undefined) return known;
  if (version > secrets.tokenMasters.length) secrets = await readSecrets(secretsDirectory);
  if (version > secrets.tokenMasters.length) throw new Error(`there is no token key ${version}`);
  const keys = keysOf(secrets, version);
  keysByVersion.set(version, keys);
  return keys;
}

interface OpenFile {
  readonly file: FileToOpen;
  readonly dataKey: DataKey;
  readonly rows: FileRows;
  /** The next chunk to note, and the next to pseudonymise. */
  nextToNote: number;
  next: number;
}
const files = new Map<SubmissionId, OpenFile>();

export default async function perform(task: RowTask): Promise<RowTaskResult> {
  try {
    switch (task.kind) {
      case 'open':
        return open(task.file, await keysUpTo(task.file.keyVersion));
      case 'chunk':
        return pseudonymise(task.submission, task.n, task.sealed);
      case 'note':
        return note(task.submission, task.n, task.sealed);
      case 'person':
        return { kind: 'person', person: personIn(task, await keysUpTo(task.keyVersion)) };
      case 'wrap':
        return { kind: 'wrapped', tokens: wrapped(task, (await keysUpTo(task.to)).tokens) };
      case 'refused':
        return { kind: 'refused', rowKeys: openFile(task.submission).rows.refused };
      case 'close':
        files.delete(task.submission);
        return { kind: 'closed' };
    }
  } catch (error) {
    if (isNotAuthentic(error)) return unprocessable('landing-not-authentic');
    if (isRowUnfit(error)) return unprocessable(error.reason);
    throw withoutMessage(error);
  }
}

const unprocessable = (reason: string): RowTaskResult => ({ kind: 'unprocessable', reason });

function open(file: FileToOpen, keys: Keys): RowTaskResult {
  const dataset = programme.dataset(file.dataset);
  if (dataset === undefined) return unprocessable('dataset-unknown');
  if (dataset.schemaHash !== file.schemaHash) return unprocessable('schema-unknown');
  const { dataKey, seed } = unwrapFile(kekFrom(secrets.landingKek), { ...file, chunks: 0, rows: 0 });
  const { submission, provider } = file;
  // Rows of the file are published that say whom it would leave out now: it cannot be made otherwise any more.
  const suppressed = suppressedIn(marks, file.suppressed, () => {
    throw rowUnfit('person-suppressed-since');
  });
  const rows = new FileRows(keys, { submission, provider, dataset, seed }, postcodes, suppressed);
  files.set(submission, { file, dataKey, rows, nextToNote: 0, next: 0 });
  return { kind: 'opened' };
}

function openFile(submission: SubmissionId): OpenFile {
  const open = files.get(submission);
  if (open === undefined) throw new Error(`submission ${submission} is not open in this worker`);
  return open;
}

function note(submission: SubmissionId, n: number, sealed: Uint8Array): RowTaskResult {
  const open = openFile(submission);
  if (open.nextToNote !== n)
    throw new Error(`chunk ${n} of submission ${submission} is not the next to note`);
  const landed = readRows(openChunk(open.dataKey, open.file.upload, n, sealed));
  if (landed === undefined) return unprocessable('landing-malformed');
  for (const row of landed) open.rows.noteRefusal(row);
  open.rows.forget();
  open.nextToNote += 1;
  return { kind: 'noted' };
}

function pseudonymise(submission: SubmissionId, n: number, sealed: Uint8Array): RowTaskResult {
  const open = files.get(submission);
  // Occurrences are counted in order: a worker that was replaced, or that skipped a chunk, cannot continue.
  if (open?.next !== n) throw new Error(`chunk ${n} of submission ${submission} is not next in this worker`);
  const landed = readRows(openChunk(open.dataKey, open.file.upload, n, sealed));
  if (landed === undefined) return unprocessable('landing-malformed');
  const counts = noRows();
  const { rows } = open;
  const going = function* () {
    for (const row of landed) {
      if (rows.withholds(row)) continue;
      if (rows.isSuppressed(row)) counts.suppressed += 1;
      else yield rows.pseudonymise(row, counts);
    }
  };
  try {
    const packed = packRows(going());
    open.next += 1;
    return { kind: 'rows', packed, counts };
  } finally {
    rows.forget();
  }
}

function wrapped({ from, domains }: Extract<RowTask, { kind: 'wrap' }>, keys: TokenKeys): Uint8Array {
  const tokens = domains.flatMap(({ domain, tokens: its }) =>
    its.map((token) => keys.wrap(domain, token, from)),
  );
  return Buffer.from(tokens.join(''), 'hex');
}

function personIn({ request, ...sealed }: Extract<RowTask, { kind: 'person' }>, keys: Keys) {
  const plaintext = openPersonRequest(kekFrom(secrets.landingKek), request, sealed);
  // Intake sealed it: the shape is believed.
  const identifiers = JSON.parse(Buffer.from(plaintext).toString('utf8')) as PersonIdentifiers;
  return namedPerson(keys, marks, programme.datasets, identifiers);
}

function readRows(plaintext: Uint8Array): readonly LandingRow[] | undefined {
  try {
    const rows: unknown = decodeRows(plaintext);
    return Array.isArray(rows) ? (rows as readonly LandingRow[]) : undefined;
  } catch {
    // The message of a JSON error quotes the text.
    return undefined;
  }
}

/** An unexpected error may quote a value: its kind and stack suffice to find it. */
function withoutMessage(error: unknown): Error {
  const told = new Error(`a worker failed: ${error instanceof Error ? error.name : typeof error}`);
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  told.stack = [`Error: ${told.message}`, ...frames].join('\n');
  return told;
}
