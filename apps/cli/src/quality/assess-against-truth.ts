import { assessLinkage, type Assessed } from '@kinledger/linkage-quality';
import { recordFinder } from '../demo/evaluation/record-finder.js';
import { trueRecords } from '../demo/evaluation/truth.js';
import type { LoadedFiles } from '../demo/demo-folder.js';
import { personRecords, type PersonRecord } from './person-records.js';

/** A person record with its true person. */
export interface JudgedPersonRecord extends PersonRecord {
  readonly person: string;
}

/** Where an evaluation against the truth reads. */
export interface Evaluation {
  /** A role that may read the golden dataset. */
  readonly platformUrl: string;
  /** Needed to find the record of a row: see {@link recordFinder}. */
  readonly secretsDirectory: string;
}

/** The live person records of which the truth knows the person. */
export async function judgedPersonRecords(
  { platformUrl, secretsDirectory }: Evaluation,
  truthFolder: string,
  files: LoadedFiles,
): Promise<readonly JudgedPersonRecord[]> {
  const [records, recordOf] = await Promise.all([
    personRecords(platformUrl),
    recordFinder(secretsDirectory, files),
  ]);
  const judged: JudgedPersonRecord[] = [];
  for await (const row of trueRecords(truthFolder)) {
    const id = recordOf(row);
    const record = id === undefined ? undefined : records.get(id);
    // Absent if rejected, a repetition, unchanged since an earlier file, or not a person record.
    if (record !== undefined) judged.push({ ...record, person: row.person });
  }
  return judged;
}

/** Compares the linkage of person records with the truth. */
export const assessAgainstTruth = async (
  ...where: Parameters<typeof judgedPersonRecords>
): Promise<Assessed<JudgedPersonRecord>> => assessLinkage(await judgedPersonRecords(...where));
