import type { LoadedFiles } from '../demo-folder.js';
import { assignedPersonRecords } from './assigned-records.js';
import { linkageQuality, type JudgedRecord, type LinkageQuality } from './linkage-quality.js';
import { recordFinder } from './record-finder.js';
import { trueRecords } from './truth.js';

/** Precision and recall of the linkage of person records. Needs the keys: see {@link recordFinder}. */
export async function judgeLinkage(
  evaluation: { readonly platformUrl: string; readonly secretsDirectory: string },
  truthFolder: string,
  files: LoadedFiles,
): Promise<LinkageQuality> {
  const [assigned, recordOf] = await Promise.all([
    assignedPersonRecords(evaluation.platformUrl),
    recordFinder(evaluation.secretsDirectory, files),
  ]);
  const judged: JudgedRecord[] = [];
  for await (const row of trueRecords(truthFolder)) {
    const record = recordOf(row);
    const found = record === undefined ? undefined : assigned.get(record);
    // Absent if rejected, a repetition, unchanged since an earlier file, or not a person record.
    if (found !== undefined) judged.push({ person: row.person, individual: found.individual });
  }
  return linkageQuality(judged);
}
