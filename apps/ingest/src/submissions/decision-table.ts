import type { DataOf, SubmissionDecided, SubmissionId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** What the linker decided last about a submission. */
export interface Decision {
  readonly outcome: DataOf<typeof SubmissionDecided>['outcome'];
  readonly position: number;
  readonly at: Date;
}

/** A decision as the linker publishes it, with its time in the ledger. */
export interface PublishedDecision extends Pick<
  DataOf<typeof SubmissionDecided>,
  'submission' | 'intake' | 'outcome' | 'position'
> {
  readonly at: string;
}

/** Records decisions of the linker, in any order and however often. A ledger that decided again has the last word. */
export async function recordDecisions(
  client: Queryable,
  decisions: readonly PublishedDecision[],
): Promise<void> {
  await client.query(
    `INSERT INTO ingest.decision (submission, intake, outcome, position, decided_at)
     SELECT DISTINCT ON (submission, intake, outcome) submission, intake, outcome, position, at
     FROM jsonb_to_recordset($1::jsonb)
       AS told (submission text, intake integer, outcome text, position bigint, at timestamptz)
     ORDER BY submission, intake, outcome, at DESC
     ON CONFLICT (submission, intake, outcome) DO UPDATE
       SET position = excluded.position, decided_at = excluded.decided_at
       WHERE decision.decided_at < excluded.decided_at`,
    [JSON.stringify(decisions)],
  );
}

/** The last decision about each submission; one that is not decided yet is absent. */
export async function lastDecisions(
  client: Queryable,
  submissions: readonly SubmissionId[],
): Promise<ReadonlyMap<SubmissionId, Decision>> {
  const { rows } = await client.query<Decision & { readonly submission: SubmissionId }>(
    `SELECT DISTINCT ON (submission) submission, outcome, position::float8 AS position, decided_at AS at
     FROM ingest.decision WHERE submission = ANY ($1) ORDER BY submission, decided_at DESC, position DESC`,
    [submissions],
  );
  return new Map(rows.map(({ submission, ...decision }) => [submission, decision]));
}
