import { createReadStream, readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { isFileRefused, openFile, type TableFile } from '@kinledger/intake-files';
import {
  FileProfiler,
  likelyTitles,
  type EarlierProfile,
  type FileProfile,
  type ProfileComparison,
} from '@kinledger/intake-files/profiling';
import { z } from 'zod';
import { Failure } from '../failure.js';

export interface ProfileDocument extends FileProfile {
  readonly file: string;
  readonly read: Pick<TableFile, 'format' | 'delimiter' | 'headerRow'> & {
    readonly encoding: string;
    readonly sheet: string | null;
  };
  /** With an earlier profile. */
  readonly since?: ProfileComparison;
}

const LIMITS = { maxColumns: 1_000, maxRowBytes: 4 * 1024 * 1024 };

/** Profiles a file of this machine. @throws Failure if it cannot be read, or is neither a CSV file nor a workbook. */
export async function profileOf(path: string): Promise<ProfileDocument> {
  const bytes = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    const file = await openFile(bytes[Symbol.asyncIterator](), likelyTitles, LIMITS);
    const profiler = new FileProfiler(file.header, (text) => hash('sha256', text));
    for await (const batch of file.batches) for (const record of batch) profiler.add(record);
    const { format, delimiter, headerRow, sheet } = file;
    const read = { format, encoding: file.encoding(), delimiter, sheet: sheet?.name ?? null, headerRow };
    return { file: basename(path), read, ...profiler.profile() };
  } catch (error) {
    if (isFileRefused(error)) throw new Failure(`${path}: ${error.detail}`);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
      throw new Failure(`${path} cannot be read (${code})`);
    throw error;
  } finally {
    bytes.destroy();
  }
}

const finding = z.object({ code: z.string(), cells: z.number(), message: z.string() });
const earlierProfile = z.object({
  rows: z.number(),
  findings: z.array(finding),
  columns: z.array(z.object({ title: z.string(), kind: z.string(), findings: z.array(finding) })),
});

/** Reads a profile that was stored as JSON. @throws Failure if the file holds none. */
export function readEarlier(path: string): EarlierProfile {
  try {
    return earlierProfile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new Failure(`${path} is no profile: make one with kinledger profile FILE --json > ${path}`);
  }
}
