import {
  FileAccepted,
  RowPseudonymised,
  WithdrawSubmission,
  type DataOf,
  type ProgrammeId,
  type SubmissionId,
} from '@kinledger/contracts';
import type { IncomingChunk, IncomingIntake } from '../inbox.js';

/** Messages for specs: the contracts' own examples with what matters changed. */

export const programme = 'leap' as ProgrammeId;
export const submissionNamed = (digit: string): SubmissionId => digit.repeat(32) as SubmissionId;

const bytesOf = (data: unknown): Uint8Array => Buffer.from(JSON.stringify(data), 'utf8');

export function fileIntake(
  intake: number,
  submission: SubmissionId,
  change: Partial<DataOf<typeof FileAccepted>> = {},
): IncomingIntake {
  const data = { ...FileAccepted.example, programme, intake, submission, supersedes: [], ...change };
  return {
    kind: 'file',
    programme,
    intake,
    submission,
    cause: `file-${intake}`,
    time: '2023-10-09T09:30:00Z',
    version: FileAccepted.version,
    body: bytesOf(data),
  };
}

export function withdrawalIntake(intake: number, submission: SubmissionId): IncomingIntake {
  const data = { ...WithdrawSubmission.example, programme, intake, submission };
  return {
    kind: 'withdrawal',
    programme,
    intake,
    submission,
    cause: `withdrawal-${intake}`,
    time: '2023-10-10T09:30:00Z',
    version: WithdrawSubmission.version,
    body: bytesOf(data),
  };
}

/** A chunk with the example's row, whose record names the chunk. */
export function chunkOf(submission: SubmissionId, chunk: number, last: boolean): IncomingChunk {
  const [row] = RowPseudonymised.example.rows;
  const record = chunk.toString(16).padStart(32, '0');
  const data = {
    ...RowPseudonymised.example,
    programme,
    submission,
    chunk,
    last,
    rows: [{ ...row, record }],
  };
  return { submission, chunk, last, rows: 1, version: RowPseudonymised.version, body: bytesOf(data) };
}
