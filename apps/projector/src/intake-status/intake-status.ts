import type { CloudEvent, SubmissionStateChanged } from '@kinledger/contracts';
import type pg from 'pg';

/** States in the order in which a file passes through them, so that a late message never reverts a state. */
// A parked submission may be retried, and then succeed.
const order = ['validated', 'refused', 'discarded', 'accepted', 'unprocessable', 'pseudonymised'];

/** Stores the latest state of each upload, for pages. One statement per batch; idempotent. */
export async function recordIntakeStatus(
  pool: pg.Pool,
  messages: readonly CloudEvent<typeof SubmissionStateChanged>[],
): Promise<void> {
  // If a batch has two states of one upload, keep the later: a statement may update a row only once.
  const latest = new Map<
    string,
    { readonly at: string; readonly data: CloudEvent<typeof SubmissionStateChanged>['data'] }
  >();
  const first = new Map<string, string>();
  for (const { data } of messages) {
    const known = latest.get(data.upload);
    const earliest = first.get(data.upload);
    if (earliest === undefined || data.at < earliest) first.set(data.upload, data.at);
    if (known === undefined || order.indexOf(data.state) >= order.indexOf(known.data.state)) {
      latest.set(data.upload, { at: data.at, data });
    }
  }
  const rows = [...latest.values()].map(({ data }) => ({
    upload_id: data.upload,
    submission_id: data.submission ?? null,
    intake: data.intake ?? null,
    provider: data.provider,
    dataset: data.dataset,
    period: data.period,
    state: data.state,
    reason: data.reason ?? null,
    // Only a pseudonymised file has been held against the suppressions.
    counts: data.suppressed === undefined ? data.counts : { ...data.counts, suppressed: data.suppressed },
    findings: data.findings,
    chunks: data.chunks ?? null,
    first_at: first.get(data.upload),
    changed_at: data.at,
  }));
  await pool.query(
    `INSERT INTO operations.upload AS u
     SELECT * FROM json_populate_recordset(NULL::operations.upload, $1::json)
     ON CONFLICT (upload_id) DO UPDATE
     SET submission_id = coalesce(excluded.submission_id, u.submission_id),
         intake = coalesce(excluded.intake, u.intake),
         state = excluded.state, reason = excluded.reason, counts = excluded.counts, findings = excluded.findings,
         chunks = coalesce(excluded.chunks, u.chunks),
         first_at = least(u.first_at, excluded.first_at), changed_at = excluded.changed_at
     WHERE array_position($2::text[], excluded.state) >= array_position($2::text[], u.state)`,
    [JSON.stringify(rows), order],
  );
}
