import type { Parameter, Publication } from '../publication.js';

/** A file and its state: from messages of the restricted zone, then from the ledger. */
const returns = [
  { name: 'upload', type: 'text' },
  { name: 'submission', type: 'text' },
  { name: 'intake', type: 'int' },
  { name: 'provider', type: 'text' },
  { name: 'dataset', type: 'text' },
  { name: 'period', type: 'text' },
  { name: 'sequence', type: 'int' },
  { name: 'state', type: 'text' },
  { name: 'reason', type: 'text' },
  { name: 'attestedBy', type: 'text' },
  { name: 'onBehalfOf', type: 'text' },
  { name: 'supersedes', type: 'text[]' },
  { name: 'counts', type: 'jsonb' },
  { name: 'findings', type: 'jsonb' },
  { name: 'outcomes', type: 'jsonb' },
  { name: 'closedAt', type: 'bigint' },
  { name: 'since', type: 'text' },
] as const satisfies readonly Parameter[];

const view = `
  SELECT replace(u.upload_id::text, '-', ''), replace(coalesce(s.submission_id, u.submission_id)::text, '-', ''),
         coalesce(s.intake, u.intake), coalesce(s.provider, u.provider), coalesce(s.dataset, u.dataset),
         coalesce(s.period, u.period), s.sequence, coalesce(s.state, u.state),
         CASE WHEN s.submission_id IS NULL THEN u.reason ELSE s.reason END,
         s.attested_by, s.on_behalf_of,
         coalesce((SELECT array_agg(replace(x::text, '-', '')) FROM unnest(s.supersedes) AS x), '{}'),
         coalesce(s.counts, u.counts) || CASE WHEN u.counts -> 'suppressed' IS NULL THEN '{}'::jsonb
                                              ELSE jsonb_build_object('suppressed', u.counts -> 'suppressed') END,
         coalesce(s.findings, u.findings), s.outcomes, s.closed,
         to_char(coalesce(u.first_at, s.received_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  FROM submission s FULL JOIN operations.upload u ON u.submission_id = s.submission_id`;

/** Leaves out discarded uploads. $1: true for submitted files, false for others, null for both. */
const chosen = `
  WHERE (s.submission_id IS NOT NULL OR u.state <> 'discarded')
    AND ($1::boolean IS NULL OR $1 = (coalesce(s.intake, u.intake) IS NOT NULL))`;

/** SQL of the sums over files of what was counted of each file’s rows. */
const sumsOf = (counted: 'counts' | 'outcomes', names: readonly string[]): string =>
  names.map((name) => `coalesce(sum((s.${counted}->>'${name}')::int), 0)::int`).join(', ');

/** Submissions by intake number, latest first; then uploads not submitted, latest first. */
export const submissionsPage = {
  id: 'submissions',
  version: 1,
  parameters: [
    { name: 'submitted', type: 'boolean' },
    { name: 'limit', type: 'bigint' },
    { name: 'offset', type: 'bigint' },
  ],
  returns,
  sql: `${view} ${chosen}
  ORDER BY coalesce(s.intake, u.intake) DESC NULLS LAST, u.first_at DESC, 1 LIMIT $2 OFFSET $3`,
} as const satisfies Publication;

export const submissionsCount = {
  id: 'submissions-count',
  version: 1,
  parameters: [{ name: 'submitted', type: 'boolean' }],
  returns: [{ name: 'total', type: 'int' }],
  sql: `SELECT count(*)::int
  FROM submission s FULL JOIN operations.upload u ON u.submission_id = s.submission_id ${chosen}`,
} as const satisfies Publication;

/** One file, by submission id or upload id. */
export const oneSubmission = {
  id: 'submission',
  version: 1,
  parameters: [{ name: 'id', type: 'uuid' }],
  returns,
  sql: `${view}
  WHERE s.submission_id = $1 OR u.submission_id = $1 OR u.upload_id = $1 LIMIT 1`,
} as const satisfies Publication;

/** Intake numbers by id, for the known ids. */
export const submissionPlaces = {
  id: 'submission-places',
  version: 1,
  parameters: [{ name: 'ids', type: 'text[]' }],
  returns: [
    { name: 'id', type: 'text' },
    { name: 'intake', type: 'int' },
  ],
  sql: `SELECT replace(submission_id::text, '-', ''), intake FROM submission
  WHERE submission_id = ANY ($1::uuid[]) ORDER BY intake`,
} as const satisfies Publication;

/**
 * Rows of the files that stand, by dataset, in the order of the definition: what intake made of them, then linkage. A
 * dataset without such a file has no row. A cumulative file and a snapshot hold earlier rows again.
 */
export const rowsByDataset = {
  id: 'rows-by-dataset',
  version: 1,
  parameters: [],
  returns: [
    { name: 'dataset', type: 'text' },
    { name: 'serviceName', type: 'text' },
    { name: 'dataType', type: 'text' },
    { name: 'files', type: 'int' },
    { name: 'read', type: 'int' },
    { name: 'accepted', type: 'int' },
    { name: 'warned', type: 'int' },
    { name: 'rejected', type: 'int' },
    { name: 'duplicate', type: 'int' },
    { name: 'linked', type: 'int' },
    { name: 'unlinkable', type: 'int' },
    { name: 'referred', type: 'int' },
    { name: 'impersonal', type: 'int' },
    { name: 'unchanged', type: 'int' },
    { name: 'superseded', type: 'int' },
    { name: 'suppressed', type: 'int' },
  ],
  sql: `
  SELECT d.dataset, v.name, d.data_type, count(*)::int,
         ${sumsOf('counts', ['read', 'accepted', 'warned', 'rejected', 'duplicate'])},
         coalesce(sum((s.outcomes->>'registered')::int + (s.outcomes->>'matched')::int), 0)::int,
         ${sumsOf('outcomes', ['unlinkable', 'referred', 'impersonal', 'unchanged', 'superseded'])},
         coalesce(sum((u.counts->>'suppressed')::int), 0)::int
  FROM submission s
  JOIN dataset d USING (dataset)
  JOIN service v USING (service)
  LEFT JOIN operations.upload u ON u.submission_id = s.submission_id
  WHERE s.state = 'linked'
  GROUP BY d.dataset, v.name, d.data_type, v.ordinal
  ORDER BY v.ordinal, d.dataset COLLATE "C"`,
} as const satisfies Publication;

/**
 * Rows and findings of the files that stand, by dataset and period, in the order of the definition. `receivedOn` is the day
 * on which the last of them came.
 */
export const qualityByPeriod = {
  id: 'quality-by-period',
  version: 1,
  parameters: [],
  returns: [
    { name: 'service', type: 'text' },
    { name: 'dataset', type: 'text' },
    { name: 'dataType', type: 'text' },
    { name: 'period', type: 'text' },
    { name: 'files', type: 'int' },
    { name: 'receivedOn', type: 'text' },
    { name: 'read', type: 'int' },
    { name: 'accepted', type: 'int' },
    { name: 'warned', type: 'int' },
    { name: 'rejected', type: 'int' },
    { name: 'duplicate', type: 'int' },
    { name: 'linked', type: 'int' },
    { name: 'unlinkable', type: 'int' },
    { name: 'referred', type: 'int' },
    { name: 'findings', type: 'jsonb' },
  ],
  sql: `
  SELECT d.service, d.dataset, d.data_type, s.period, count(*)::int,
         to_char(max(coalesce(u.first_at, s.received_at)) AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'),
         ${sumsOf('counts', ['read', 'accepted', 'warned', 'rejected', 'duplicate'])},
         coalesce(sum((s.outcomes->>'registered')::int + (s.outcomes->>'matched')::int), 0)::int,
         ${sumsOf('outcomes', ['unlinkable', 'referred'])},
         coalesce((SELECT jsonb_object_agg(found.code, found.rows) FROM (
                     SELECT one.key AS code, sum(one.value::int)::int AS rows
                     FROM submission o CROSS JOIN LATERAL jsonb_each_text(coalesce(o.findings, '{}')) AS one
                     WHERE o.state = 'linked' AND o.dataset = d.dataset AND o.period = s.period
                     GROUP BY one.key) AS found), '{}')
  FROM submission s
  JOIN dataset d USING (dataset)
  JOIN service v USING (service)
  LEFT JOIN operations.upload u ON u.submission_id = s.submission_id
  WHERE s.state = 'linked'
  GROUP BY d.service, d.dataset, d.data_type, s.period, v.ordinal
  ORDER BY v.ordinal, d.dataset COLLATE "C", s.period COLLATE "C"`,
} as const satisfies Publication;
