import {
  Command,
  decodeRowChunk,
  encodeRowChunk,
  FiguresComputed,
  FileAccepted,
  RowPseudonymised,
  type CommandData,
  type CommandId,
  type CommandKind,
  type DataOf,
  type DatasetId,
  type PeriodCode,
  type ProgrammeId,
  type PseudonymisedRow,
  type QuarterFigures,
  type RecordId,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';
import { submissionIdOf } from '@kinledger/domain';
import type { IncomingChunk, IncomingCommand, IncomingIntake } from '../inbox/inbox.js';
import { hexOf, type RowDraft } from './rows.js';
import { rowUnderKey } from '@kinledger/decisions/testing';

/** Messages for specs: the contracts' own examples with relevant fields changed. */

export const programme = 'leap' as ProgrammeId;
export const submissionNamed = (digit: string): SubmissionId => digit.repeat(32) as SubmissionId;

const bytesOf = (data: unknown): Uint8Array => Buffer.from(JSON.stringify(data), 'utf8');

/** One minute per intake number, so that times in a ledger are distinct. */
const timeOf = (intake: number): string =>
  `2023-10-09T${String(Math.floor(intake / 60)).padStart(2, '0')}:${String(intake % 60).padStart(2, '0')}:00.250Z`;

export function fileIntake(
  intake: number,
  submission: SubmissionId,
  change: Partial<DataOf<typeof FileAccepted>> = {},
): IncomingIntake {
  const data = { ...FileAccepted.example, programme, intake, submission, supersedes: [], ...change };
  return {
    programme,
    intake,
    submission,
    cause: `file-${intake}`,
    time: timeOf(intake),
    version: FileAccepted.version,
    body: bytesOf(data),
    traceparent: undefined,
  };
}

/** The same message with another intake number. */
export function atPlace(message: IncomingIntake, intake: number): IncomingIntake {
  const data: object = JSON.parse(Buffer.from(message.body).toString('utf8')) as object;
  const place = { intake, cause: `file-${intake}`, time: timeOf(intake) };
  return { ...message, ...place, body: bytesOf({ ...data, intake }) };
}

/** A command that was requested at the minute of that number, when the last intake number was `after`. */
function command<Kind extends CommandKind>(
  kind: Kind,
  minute: number,
  after: number,
  payload: CommandData<Kind>['payload'],
  intake?: number,
  person = 'data-team',
): IncomingCommand {
  const id = `${kind}-${minute}` as CommandId;
  const body = bytesOf({
    ...{ id, kind, programme, after, payload },
    ...{ askedBy: { person }, reason: 'wrong-quarter', time: timeOf(minute) },
  });
  return { programme, id, kind, after, intake, version: Command.version, body, traceparent: undefined };
}

export const withdrawal = (minute: number, after: number, submission: SubmissionId): IncomingCommand =>
  command('withdraw-submission', minute, after, { submission });

/** An answer about the subject of a referral and a candidate. Due at once. */
export const review = (
  minute: number,
  payload: CommandData<'review-referral'>['payload'],
  person?: string,
): IncomingCommand => command('review-referral', minute, 0, payload, undefined, person);

export const undoing = (minute: number, payload: CommandData<'undo-review'>['payload']): IncomingCommand =>
  command('undo-review', minute, 0, payload);

/** Due at once, whichever files are accepted before it. */
export const rotation = (minute: number, keyVersion: number): IncomingCommand =>
  command('rotate-keys', minute, 0, { keyVersion });

/** The same file with its rows under a later token key. */
export const underKey = <File extends Pick<Submitted, 'chunks'>>(file: File, keyVersion: number): File => ({
  ...file,
  chunks: file.chunks.map((chunk) => {
    const data = decodeRowChunk(chunk.body);
    const rows = data.rows.map((row) => rowUnderKey(row, keyVersion));
    return { ...chunk, keyVersion: rows[0]?.keyVersion, body: encodeRowChunk({ ...data, rows }) };
  }),
});

export const closing = (minute: number, after: number, period: string, edition?: number): IncomingCommand =>
  command('close-quarter', minute, after, {
    period: period as PeriodCode,
    ...(edition === undefined ? {} : { edition }),
  });

export const publication = (
  minute: number,
  period: string,
  { edition, digest }: { readonly edition: number; readonly digest: string },
): IncomingCommand =>
  command('publish-release', minute, 0, { period: period as PeriodCode, edition, digest });

export const releaseWithdrawal = (minute: number, period: string, edition: number): IncomingCommand =>
  command('withdraw-release', minute, 0, { period: period as PeriodCode, edition });

/** What the projector computed of a quarter that closes at a revision. */
export const figuresOf = (
  minute: number,
  period: string,
  at: number,
  more: Partial<QuarterFigures> = {},
): IncomingCommand => {
  const { published, ...computed } = FiguresComputed.schema.parse(FiguresComputed.example);
  return command('publish-figures', minute, 0, {
    ...{ ...computed, published: { ...published, ...more } },
    ...{ period: period as PeriodCode, closing: at },
  });
};

export const erasure = (minute: number, after: number, records: readonly RecordId[]): IncomingCommand =>
  command('erase-records', minute, after, { records: [...records] });

export const personErasure = (
  minute: number,
  after: number,
  payload: Partial<CommandData<'erase-person'>['payload']>,
): IncomingCommand =>
  command('erase-person', minute, after, { tokens: [], rowKeys: [], keyVersion: 1, all: false, ...payload });

/** The command to process a parked file again: the original message, with a new intake number. */
export function unparking(
  intake: number,
  submission: SubmissionId,
  change: Partial<DataOf<typeof FileAccepted>> = {},
): IncomingCommand {
  const file = { ...FileAccepted.example, programme, submission, supersedes: [], ...change, intake };
  return command(
    'unpark-submission',
    intake,
    intake - 1,
    { file: file as DataOf<typeof FileAccepted> },
    intake,
  );
}

interface Chunk {
  readonly submission: SubmissionId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly chunk: number;
  readonly last: boolean;
  readonly rows: readonly PseudonymisedRow[];
  readonly refused: readonly RowKey[];
}

const chunkMessage = (chunk: Chunk): IncomingChunk => ({
  keyVersion: chunk.rows[0]?.keyVersion,
  submission: chunk.submission,
  chunk: chunk.chunk,
  last: chunk.last,
  rows: chunk.rows.length,
  body: encodeRowChunk({ programme, ...chunk }),
});

/** A chunk with the example's row, whose record id contains the chunk number. */
export function chunkOf(submission: SubmissionId, chunk: number, last: boolean): IncomingChunk {
  const { dataset, period, rows, refused } = RowPseudonymised.schema.parse(RowPseudonymised.example);
  const record = chunk.toString(16).padStart(32, '0') as RecordId;
  const numbered = rows.map((row) => ({ ...row, record }));
  return chunkMessage({ submission, dataset, period, chunk, last, rows: numbered, refused });
}

export interface FileDraft {
  readonly dataset: string;
  readonly period: string;
  readonly sequence?: number;
  readonly extractKind?: DataOf<typeof FileAccepted>['extractKind'];
  readonly supersedes?: readonly SubmissionId[];
  readonly rows: readonly RowDraft[];
  /** Row ids for which consent is refused; in the first chunk. */
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
