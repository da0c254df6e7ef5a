import type { DatasetId, NilReturnStated, PeriodCode, ProviderId, SubmissionId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** A person's statement that there is nothing to report, and how it was undone if it was. */
export interface NilReturn {
  readonly id: string;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly madeBy: string;
  readonly onBehalfOf: ProviderId | null;
  readonly attestedWords: number;
  readonly madeAt: Date;
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  /** The submission that undid it. */
  readonly undoneWith: SubmissionId | null;
}

const columns = `id, provider, dataset, period, made_by AS "madeBy", on_behalf_of AS "onBehalfOf",
  attested_words AS "attestedWords", made_at AS "madeAt", undone_at AS "undoneAt", undone_by AS "undoneBy",
  undone_with AS "undoneWith"`;

export async function insertNilReturn(
  client: Queryable,
  nil: Omit<NilReturn, 'undoneAt' | 'undoneBy' | 'undoneWith'>,
): Promise<void> {
  await client.query(
    `INSERT INTO ingest.nil_return (id, provider, dataset, period, made_by, on_behalf_of, attested_words, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      nil.id,
      nil.provider,
      nil.dataset,
      nil.period,
      nil.madeBy,
      nil.onBehalfOf,
      nil.attestedWords,
      nil.madeAt,
    ],
  );
}

export async function readNilReturn(client: Queryable, id: string): Promise<NilReturn | undefined> {
  const { rows } = await client.query<NilReturn>(`SELECT ${columns} FROM ingest.nil_return WHERE id = $1`, [
    id,
  ]);
  return rows[0];
}

/** The nil return that stands for a dataset and period. */
export async function standingNilReturn(
  client: Queryable,
  dataset: DatasetId,
  period: PeriodCode,
): Promise<NilReturn | undefined> {
  const { rows } = await client.query<NilReturn>(
    `SELECT ${columns} FROM ingest.nil_return WHERE dataset = $1 AND period = $2 AND undone_at IS NULL`,
    [dataset, period],
  );
  return rows[0];
}

/** All nil returns, standing or not: of one provider, or of all. */
export async function nilReturns(
  client: Queryable,
  provider: ProviderId | undefined,
): Promise<readonly NilReturn[]> {
  const { rows } = await client.query<NilReturn>(
    `SELECT ${columns} FROM ingest.nil_return WHERE $1::text IS NULL OR provider = $1 ORDER BY made_at`,
    [provider ?? null],
  );
  return rows;
}

/** The nil returns that stand for these periods, by dataset and period. */
export async function standingNilReturns(
  client: Queryable,
  periods: readonly PeriodCode[],
): Promise<readonly NilReturnStated[]> {
  const { rows } = await client.query<NilReturnStated>(
    `SELECT dataset, period FROM ingest.nil_return WHERE period = ANY ($1::text[]) AND undone_at IS NULL
     ORDER BY dataset COLLATE "C", period COLLATE "C"`,
    [periods],
  );
  return rows;
}

/** Undoes the nil return that stands for a dataset and period, because a file was submitted for them. */
export async function undoByFile(
  client: Queryable,
  {
    dataset,
    period,
    submission,
    attestedBy,
    acceptedAt,
  }: {
    readonly dataset: DatasetId;
    readonly period: PeriodCode;
    readonly submission: SubmissionId;
    readonly attestedBy: string;
    readonly acceptedAt: Date;
  },
): Promise<void> {
  await client.query(
    `UPDATE ingest.nil_return SET undone_at = $4, undone_by = $5, undone_with = $3
     WHERE dataset = $1 AND period = $2 AND undone_at IS NULL`,
    [dataset, period, submission, acceptedAt, attestedBy],
  );
}

/** Undoes a nil return for a person. @returns false if it was undone before, which then stands. */
export async function undoByPerson(client: Queryable, id: string, person: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE ingest.nil_return SET undone_at = clock_timestamp(), undone_by = $2 WHERE id = $1 AND undone_at IS NULL`,
    [id, person],
  );
  return rowCount === 1;
}
