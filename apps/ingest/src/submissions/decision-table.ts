import type { DataOf, SubmissionDecided, SubmissionId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** What the linker decided last about a submission. */
export interface Decision {
  readonly outcome: DataOf<typeof SubmissionDecided>['outcome'];
  readonly position: number;
  /** When intake learnt of it, seconds after it was decided: events of the ledger have the time of their cause. */
  readonly at: Date;
}

/** A decision as the linker publishes it, with its time in the ledger: that of its cause. */
export interface PublishedDecision extends Pick<
  DataOf<typeof SubmissionDecided>,
  'submission' | 'intake' | 'outcome' | 'position'
> {
  readonly at: string;
}

/**
 * Records decisions of the linker, however often they come. A ledger that was restored and decided again has the last word.
 */
export async function recordDecisions(
  client: Queryable,
  decisions: readonly PublishedDecision[],
): Promise<void> {
  const last = new Map(decisions.map((one) => [`${one.submission} ${one.intake} ${one.outcome}`, one]));
  await client.query(
    `INSERT INTO ingest.decision (submission, intake, outcome, position, decided_at)
     SELECT submission, intake, outcome, position, at
     FROM jsonb_to_recordset($1::jsonb)
       AS told (submission text, intake integer, outcome text, position bigint, at timestamptz)
     ON CONFLICT (submission, intake, outcome) DO UPDATE
       SET position = excluded.position, decided_at = excluded.decided_at, recorded_at = now()
       WHERE decision.position <> excluded.position`,
    [JSON.stringify([...last.values()])],
  );
}

/** The last decision about each submission; one that is not decided yet is absent. */
export async function lastDecisions(
  client: Queryable,
  submissions: readonly SubmissionId[],
): Promise<ReadonlyMap<SubmissionId, Decision>> {
  const { rows } = await client.query<Decision & { readonly submission: SubmissionId }>(
    `SELECT DISTINCT ON (submission) submission, outcome, position::float8 AS position, recorded_at AS at
     FROM ingest.decision WHERE submission = ANY ($1) ORDER BY submission, recorded_at DESC, position DESC`,
    [submissions],
  );
  return new Map(rows.map(({ submission, ...decision }) => [submission, decision]));
}
