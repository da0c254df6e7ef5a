import type { SubmissionId } from '@kinledger/contracts';
import { readSecrets, recordIdsOf } from '@kinledger/pseudonymisation';
import type { LoadedFiles } from '../demo-folder.js';
import type { TrueRecord } from './truth.js';

/** The header is row 1 of a file as a spreadsheet shows it, and rows are numbered as spreadsheets do. */
const HEADER_ROWS = 1;

/**
 * Which record a row of a synthetic file became: its id is a keyed hash of submission and row number, made again here.
 * Only whoever owns the keys can tell. The answer is undefined for a row of a file that was refused.
 */
export async function recordFinder(
  secretsDirectory: string,
  files: LoadedFiles,
): Promise<(row: Pick<TrueRecord, 'dataset' | 'period' | 'row'>) => string | undefined> {
  const recordIds = recordIdsOf(await readSecrets(secretsDirectory));
  const submissions = new Map(files.map((file) => [`${file.dataset} ${file.period}`, file.submission]));
  return ({ dataset, period, row }) => {
    const submission = submissions.get(`${dataset} ${period}`) ?? null;
    // The id was given by ingest, in the shape of its contract.
    return submission === null
      ? undefined
      : recordIds.recordIdOf(submission as SubmissionId, row + HEADER_ROWS);
  };
}
