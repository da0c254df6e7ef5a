import type { SubmissionId } from '@kinledger/contracts';
import { RecordIds, readSecrets } from '@kinledger/pseudonymisation';
import type { Loaded } from '../demo-folder.js';
import { assignedPersonRecords } from './assigned-records.js';
import { linkageQuality, type JudgedRecord, type LinkageQuality } from './linkage-quality.js';
import { trueRecords } from './truth.js';

/** The header is row 1 of a file as a spreadsheet shows it, and rows are numbered as spreadsheets do. */
const HEADER_ROWS = 1;

/**
 * How well the linker did on person records. Only whoever owns the keys can tell which record a row became: its id is a
 * keyed hash of submission and row number, made again here.
 */
export async function judgeLinkage(
  evaluation: { readonly platformUrl: string; readonly secretsDirectory: string },
  truthFolder: string,
  files: Loaded['files'],
): Promise<LinkageQuality> {
  const [assigned, { recordIdKey }] = await Promise.all([
    assignedPersonRecords(evaluation.platformUrl),
    readSecrets(evaluation.secretsDirectory),
  ]);
  const recordIds = new RecordIds(recordIdKey);
  const submissions = new Map(files.map((file) => [`${file.dataset} ${file.period}`, file.submission]));
  const judged: JudgedRecord[] = [];
  for await (const { dataset, period, row, person } of trueRecords(truthFolder)) {
    const submission = submissions.get(`${dataset} ${period}`);
    if (submission === undefined || submission === null) continue;
    // The id was given by ingest, in the shape of its contract.
    const found = assigned.get(recordIds.recordIdOf(submission as SubmissionId, row + HEADER_ROWS));
    // Not there: rejected, a repetition, unchanged since an earlier file, or no person record at all.
    if (found !== undefined) judged.push({ person, individual: found.individual });
  }
  return linkageQuality(judged);
}
