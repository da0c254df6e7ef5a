import {
  FileAccepted,
  RowPseudonymised,
  UnparkSubmission,
  WithdrawSubmission,
  type DataOf,
  type DatasetId,
  type PeriodCode,
  type ProgrammeId,
  type PseudonymisedRow,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';
import { submissionIdOf } from '@kinledger/domain';
import type { IncomingChunk, IncomingIntake } from '../inbox/inbox.js';
import { hexOf, type RowDraft } from './rows.js';

/** Messages for specs: the contracts' own examples with what matters changed. */

export const programme = 'leap' as ProgrammeId;
export const submissionNamed = (digit: string): SubmissionId => digit.repeat(32) as SubmissionId;

const bytesOf = (data: unknown): Uint8Array => Buffer.from(JSON.stringify(data), 'utf8');

/** A minute of the clock per intake, so that times in a ledger can be told apart. */
const timeOf = (intake: number): string =>
  `2023-10-09T${String(Math.floor(intake / 60)).padStart(2, '0')}:${String(intake % 60).padStart(2, '0')}:00.250Z`;

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
    time: timeOf(intake),
    version: FileAccepted.version,
    body: bytesOf(data),
  };
}

/** The same message for another place in the order of intake. */
export function atPlace(message: IncomingIntake, intake: number): IncomingIntake {
  const data: object = JSON.parse(Buffer.from(message.body).toString('utf8')) as object;
  const place = { intake, cause: `file-${intake}`, time: timeOf(intake) };
  return { ...message, ...place, body: bytesOf({ ...data, intake }) };
}

export function withdrawalIntake(intake: number, submission: SubmissionId): IncomingIntake {
  const data = { ...WithdrawSubmission.example, programme, intake, submission };
  return {
    kind: 'withdrawal',
    programme,
    intake,
    submission,
    cause: `withdrawal-${intake}`,
    time: timeOf(intake),
    version: WithdrawSubmission.version,
    body: bytesOf(data),
  };
}

/** The command to try a file again that was parked: what was said of the file, for a new place. */
export function unparkingIntake(
  intake: number,
  submission: SubmissionId,
  change: Partial<DataOf<typeof FileAccepted>> = {},
): IncomingIntake {
  const file = { ...FileAccepted.example, programme, submission, supersedes: [], ...change };
  return {
    kind: 'unparking',
    programme,
    intake,
    submission,
    cause: `unparking-${intake}`,
    time: timeOf(intake),
    version: UnparkSubmission.version,
    body: bytesOf({ ...file, intake, unparkedBy: 'data-team' }),
  };
}

interface Chunk {
  readonly submission: SubmissionId;
  readonly dataset: string;
  readonly period: string;
  readonly chunk: number;
  readonly last: boolean;
  readonly rows: readonly PseudonymisedRow[];
  readonly refused: readonly RowKey[];
}

const chunkMessage = (chunk: Chunk): IncomingChunk => ({
  submission: chunk.submission,
  chunk: chunk.chunk,
  last: chunk.last,
  rows: chunk.rows,
  refused: chunk.refused,
  version: RowPseudonymised.version,
  body: bytesOf({ programme, ...chunk }),
});

/** A chunk with the example's row, whose record names the chunk. */
export function chunkOf(submission: SubmissionId, chunk: number, last: boolean): IncomingChunk {
  const { dataset, period, rows } = RowPseudonymised.example;
  const record = chunk.toString(16).padStart(32, '0');
  const numbered = rows.map((row) => ({ ...row, record })) as unknown as PseudonymisedRow[];
  const refused = RowPseudonymised.example.refused as RowKey[]; // as the contract’s test reads it
  return chunkMessage({ submission, dataset, period, chunk, last, rows: numbered, refused });
}

export interface FileDraft {
  readonly dataset: string;
  readonly period: string;
  readonly sequence?: number;
  readonly extractKind?: DataOf<typeof FileAccepted>['extractKind'];
  readonly supersedes?: readonly SubmissionId[];
  readonly rows: readonly RowDraft[];
  /** Row ids for which consent is refused; told in the first chunk. */
  readonly refused?: readonly string[];
  readonly rowsPerChunk?: number;
}

export interface Submitted {
  readonly submission: SubmissionId;
  readonly intake: IncomingIntake;
  readonly chunks: readonly IncomingChunk[];
}

/** An accepted file and its rows in chunks, as intake and pseudonymiser would send them. */
export function submit(intake: number, draft: FileDraft): Submitted {
  const { sequence = 1, extractKind = 'delta', supersedes = [], refused = [], rowsPerChunk = 3 } = draft;
  const dataset = draft.dataset as DatasetId;
  const period = draft.period as PeriodCode;
  const submission = submissionIdOf(programme, dataset, period, sequence);
  const rows = draft.rows.map(({ key, ...row }, index) => ({
    ...row,
    record: hexOf('record', submission, index),
    rowKey: hexOf('row key', dataset, key),
    derived: [],
    keyVersion: 1,
    salt: hexOf('salt', submission, index),
  })) as unknown as PseudonymisedRow[];
  const chunks = Math.max(1, Math.ceil(rows.length / rowsPerChunk));
  return {
    submission,
    intake: fileIntake(intake, submission, {
      dataset,
      period,
      sequence,
      extractKind,
      supersedes: [...supersedes],
    }),
    chunks: Array.from({ length: chunks }, (_, chunk) =>
      chunkMessage({
        submission,
        dataset,
        period,
        chunk,
        last: chunk === chunks - 1,
        rows: rows.slice(chunk * rowsPerChunk, (chunk + 1) * rowsPerChunk),
        refused: chunk === 0 ? refused.map((key) => hexOf('row key', dataset, key) as RowKey) : [],
      }),
    ),
  };
}
