import type { SubmissionId } from '@kinledger/contracts';
import { readSecrets, recordIdsOf } from '@kinledger/pseudonymisation';
import type { LoadedFiles } from '../demo-folder.js';
import type { TrueRecord } from './truth.js';

/** Rows are numbered as in a spreadsheet, where the header is row 1. */
const HEADER_ROWS = 1;

/**
 * Finds the record id of a row of a synthetic file. The id is a keyed hash of submission and row number, so this needs
 * the keys. @returns a function that gives undefined for a row of a refused file.
 */
export async function recordFinder(
  secretsDirectory: string,
  files: LoadedFiles,
): Promise<(row: Pick<TrueRecord, 'dataset' | 'period' | 'row'>) => string | undefined> {
  const recordIds = recordIdsOf(await readSecrets(secretsDirectory));
  const submissions = new Map(files.map((file) => [`${file.dataset} ${file.period}`, file.submission]));
  return ({ dataset, period, row }) => {
    const submission = submissions.get(`${dataset} ${period}`) ?? null;
    // Ingest issued the id, so it has the right form.
    return submission === null
      ? undefined
      : recordIds.recordIdOf(submission as SubmissionId, row + HEADER_ROWS);
  };
}
