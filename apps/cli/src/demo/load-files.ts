import { join } from 'node:path';
import type { LocalConnection } from '@kinledger/contracts';
import { ingestApi } from '../api/ingest.js';
import { Failure } from '../failure.js';
import type { DemoFile } from './demo-folder.js';

/** A file and whether it was accepted. */
export interface LoadedFile {
  readonly dataset: string;
  readonly period: string;
  readonly rows: number;
  readonly submission: string | null;
  readonly intake: number | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** Whether it had been submitted before. */
  readonly repeated: boolean;
}

/** Concurrent uploads. More would only queue, because one process validates. */
const AT_ONCE = 4;

/**
 * Sends every file over HTTP with its provider's own account: one quarter after another, several files of a quarter at
 * once.
 */
export async function loadFiles(
  connection: LocalConnection,
  folder: string,
  files: readonly DemoFile[],
  onLoaded: (file: LoadedFile) => void,
): Promise<readonly LoadedFile[]> {
  const results: LoadedFile[] = [];
  for (const quarter of byFolder(files)) {
    const queue = [...quarter];
    const worker = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        const result = await loadFile(connection, folder, file);
        results.push(result);
        onLoaded(result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  return results;
}

async function loadFile(connection: LocalConnection, folder: string, file: DemoFile): Promise<LoadedFile> {
  const token = connection.tokens.providers[file.provider];
  if (token === undefined) throw new Failure(`the installation has no account for provider ${file.provider}`);
  const ingest = ingestApi({ url: connection.services.ingest, token });
  const upload = await ingest.upload(join(folder, file.path), file.dataset, file.period);
  const common = { dataset: file.dataset, period: file.period, rows: file.rows };
  if (upload.state !== 'validated') {
    const reason = upload.reason ?? upload.state;
    return { ...common, submission: null, intake: null, reason, repeated: false };
  }
  const accepted = await ingest.submit(upload.id);
  const { id: submission, intake, repeated } = accepted;
  return { ...common, submission, intake, reason: null, repeated };
}

/**
 * Groups of files to send together, in the manifest's order: an academic year's files with the quarter in which it is
 * due.
 */
function byFolder(files: readonly DemoFile[]): readonly (readonly DemoFile[])[] {
  const groups: DemoFile[][] = [];
  let quarter = '';
  for (const file of files) {
    const isQuarter = /-Q[1-4]$/.test(file.period);
    if (groups.length === 0 || (isQuarter && file.period !== quarter)) groups.push([]);
    if (isQuarter) quarter = file.period;
    groups.at(-1)?.push(file);
  }
  return groups;
}
