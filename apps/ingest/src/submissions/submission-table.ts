import type {
  CommandId,
  DatasetId,
  PeriodCode,
  ProgrammeId,
  ProviderId,
  SubmissionId,
  UploadId,
} from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';
import type { SubmitMode } from '@kinledger/domain';
import type { ForeseenEffect } from './foreseen-effect.js';
import type { Submission, Withdrawal } from './submission.js';

/**
 * Locks the programme’s order of intake until the transaction ends, so that later reads see what the previous holder of
 * the lock wrote.
 */
export async function lockIntakeOrder(client: Queryable, programme: ProgrammeId): Promise<void> {
  await client.query('INSERT INTO ingest.intake (programme, last) VALUES ($1, 0) ON CONFLICT DO NOTHING', [
    programme,
  ]);
  await client.query('SELECT FROM ingest.intake WHERE programme = $1 FOR UPDATE', [programme]);
}

/** Returns the next intake number and the time. Both increase in the order of the lock, which the caller must hold. */
export async function nextIntake(
  client: Queryable,
  programme: ProgrammeId,
): Promise<{ readonly intake: number; readonly at: Date }> {
  const { rows } = await client.query<{ intake: number; at: Date }>(
    'UPDATE ingest.intake SET last = last + 1 WHERE programme = $1 RETURNING last AS intake, clock_timestamp() AS at',
    [programme],
  );
  if (rows[0] === undefined) throw new Error('an intake number was requested without the lock');
  return rows[0];
}

/** The last intake number assigned; 0 before the first. */
export async function lastIntake(client: Queryable, programme: ProgrammeId): Promise<number> {
  const { rows } = await client.query<{ last: number }>(
    'SELECT last FROM ingest.intake WHERE programme = $1',
    [programme],
  );
  return rows[0]?.last ?? 0;
}

export async function insertSubmission(client: Queryable, submission: Submission): Promise<void> {
  await client.query(
    `INSERT INTO ingest.submission (submission, upload, intake, provider, dataset, period, sequence, mode, supersedes,
       content_hash, schema_hash, agreement, attested_by, on_behalf_of, accepted_at, effect,
       attested_words)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      submission.submission,
      submission.upload,
      submission.intake,
      submission.provider,
      submission.dataset,
      submission.period,
      submission.sequence,
      submission.mode,
      submission.supersedes,
      submission.contentHash,
      submission.schemaHash,
      submission.agreement,
      submission.attestedBy,
      submission.onBehalfOf,
      submission.acceptedAt,
      submission.effect === null ? null : JSON.stringify(submission.effect),
      submission.attestedWords,
    ],
  );
}

export async function recordWithdrawal(
  client: Queryable,
  submission: SubmissionId,
  withdrawal: Withdrawal,
): Promise<void> {
  await client.query(
    `UPDATE ingest.submission
     SET withdrawn_at = $2, withdrawal_command = $3, withdrawal_reason = $4, withdrawn_by = $5
     WHERE submission = $1`,
    [submission, withdrawal.at, withdrawal.command, withdrawal.reason, withdrawal.by],
  );
}

export async function recordUnparking(
  client: Queryable,
  unparking: {
    readonly intake: number;
    readonly submission: SubmissionId;
    readonly askedBy: string;
    readonly at: Date;
  },
): Promise<void> {
  await client.query(
    'INSERT INTO ingest.unparking (intake, submission, asked_by, asked_at) VALUES ($1, $2, $3, $4)',
    [unparking.intake, unparking.submission, unparking.askedBy, unparking.at],
  );
}

/** The last un-parking of a submission, if the linker has not answered it yet. */
export async function waitingUnparking(
  client: Queryable,
  submission: SubmissionId,
): Promise<{ readonly intake: number; readonly command: CommandId } | undefined> {
  const { rows } = await client.query<{ intake: number; command: CommandId }>(
    `SELECT u.intake, c.id AS command FROM ingest.unparking u
     JOIN ingest.command c ON c.id = 'unpark-' || u.submission || '-' || u.intake
     WHERE u.submission = $1 AND c.outcome IS NULL ORDER BY u.intake DESC LIMIT 1`,
    [submission],
  );
  return rows[0];
}

/** A submission with the data of its register. */
export interface RegisteredSubmission extends Submission {
  /** Rows without row id or natural key, to which no other file can refer; null if the submission has no register. */
  readonly rowsAlone: number | null;
}

/** All submissions of a dataset, standing or not, in the order of intake. */
export async function submissionsOfDataset(
  client: Queryable,
  dataset: DatasetId,
): Promise<readonly RegisteredSubmission[]> {
  const { rows } = await client.query<SubmissionRow & { readonly rows_alone: number | null }>(
    `SELECT ${columns}, (SELECT u.rows_alone FROM ingest.upload u WHERE u.upload = s.upload) AS rows_alone
     FROM ingest.submission s WHERE dataset = $1 ORDER BY intake`,
    [dataset],
  );
  return rows.map((row) => ({ ...submissionOf(row), rowsAlone: row.rows_alone }));
}

/** Submissions after an intake number, in the order of intake. */
export async function submissionsAfter(
  client: Queryable,
  intake: number,
  limit: number,
): Promise<readonly Submission[]> {
  const { rows } = await client.query<SubmissionRow>(
    `SELECT ${columns} FROM ingest.submission WHERE intake > $1 ORDER BY intake LIMIT $2`,
    [intake, limit],
  );
  return rows.map(submissionOf);
}

export async function readSubmission(client: Queryable, id: string): Promise<Submission | undefined> {
  const { rows } = await client.query<SubmissionRow>(
    `SELECT ${columns} FROM ingest.submission WHERE submission = $1`,
    [id],
  );
  return rows[0] && submissionOf(rows[0]);
}

export interface SubmissionFilter {
  /** Absent for all providers. */
  readonly provider?: ProviderId | undefined;
  readonly dataset?: string | undefined;
  readonly period?: string | undefined;
  /** Only submissions with a lower intake number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listSubmissions(
  client: Queryable,
  filter: SubmissionFilter,
): Promise<readonly Submission[]> {
  const { rows } = await client.query<SubmissionRow>(
    `SELECT ${columns} FROM ingest.submission
     WHERE ($1::text IS NULL OR provider = $1) AND ($2::text IS NULL OR dataset = $2)
       AND ($3::text IS NULL OR period = $3) AND ($4::int IS NULL OR intake < $4)
     ORDER BY intake DESC LIMIT $5`,
    [
      filter.provider ?? null,
      filter.dataset ?? null,
      filter.period ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  );
  return rows.map(submissionOf);
}

/** The times at which the rows of uploads left the landing store; an upload whose rows still wait is absent. */
export async function rowsGoneAt(
  client: Queryable,
  uploads: readonly UploadId[],
): Promise<ReadonlyMap<UploadId, RowsGone>> {
  const { rows } = await client.query<RowsGone & { readonly upload: UploadId }>(
    `SELECT d.upload, d.deleted_at AS at, coalesce(f.suppressed, 0) AS suppressed
     FROM landing.deletion d
     LEFT JOIN pseudonymiser.finished_file f ON f.upload = d.upload AND f.outcome = 'pseudonymised'
     WHERE d.upload = ANY ($1) AND d.reason = 'pseudonymised'`,
    [uploads],
  );
  return new Map(rows.map(({ upload, ...gone }) => [upload, gone]));
}

/** When a file's rows were pseudonymised, and how many of them are of suppressed people. */
export interface RowsGone {
  readonly at: Date;
  readonly suppressed: number;
}

const columns = `submission, upload, intake, provider, dataset, period, sequence, mode, supersedes, content_hash,
  schema_hash, agreement, attested_by, on_behalf_of, accepted_at, effect, withdrawn_at, withdrawal_command, withdrawal_reason,
  withdrawn_by, attested_words`;

interface SubmissionRow {
  readonly submission: SubmissionId;
  readonly upload: UploadId;
  readonly intake: number;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly sequence: number;
  readonly mode: SubmitMode;
  readonly supersedes: readonly SubmissionId[];
  readonly content_hash: string;
  readonly schema_hash: string;
  readonly agreement: string;
  readonly attested_by: string;
  readonly on_behalf_of: ProviderId | null;
  readonly accepted_at: Date;
  readonly effect: ForeseenEffect | null;
  readonly withdrawn_at: Date | null;
  readonly withdrawal_command: CommandId | null;
  readonly withdrawal_reason: string | null;
  readonly withdrawn_by: string | null;
  readonly attested_words: number | null;
}

const submissionOf = (row: SubmissionRow): Submission => ({
  submission: row.submission,
  upload: row.upload,
  intake: row.intake,
  provider: row.provider,
  dataset: row.dataset,
  period: row.period,
  sequence: row.sequence,
  mode: row.mode,
  supersedes: row.supersedes,
  contentHash: row.content_hash,
  schemaHash: row.schema_hash,
  agreement: row.agreement,
  attestedBy: row.attested_by,
  onBehalfOf: row.on_behalf_of,
  attestedWords: row.attested_words,
  acceptedAt: row.accepted_at,
  effect: row.effect,
  withdrawal:
    row.withdrawn_at === null
      ? null
      : {
          at: row.withdrawn_at,
          command: row.withdrawal_command,
          // A constraint, or our code, sets both with the withdrawal.
          reason: row.withdrawal_reason ?? '',
          by: row.withdrawn_by ?? '',
        },
});
