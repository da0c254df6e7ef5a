import type { Publication } from '../publication.js';

const instantText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** The position of the read models, and the version of their tables. */
export const standing = {
  id: 'standing',
  version: 1,
  parameters: [],
  returns: [{ name: 'position', type: 'double precision' }],
  sql: 'SELECT position::float8 FROM checkpoint',
} as const satisfies Publication;

/**
 * Since when the live read models may be behind the ledger; no row if they were confirmed current within the given
 * seconds.
 */
export const behind = {
  id: 'behind',
  version: 1,
  parameters: [{ name: 'after', type: 'double precision' }],
  returns: [{ name: 'since', type: 'text' }],
  sql: `SELECT to_char(current_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM operations.projection
        WHERE current_at < clock_timestamp() - make_interval(secs => $1)`,
} as const satisfies Publication;

export const programme = {
  id: 'programme',
  version: 1,
  parameters: [],
  returns: [{ name: 'name', type: 'text' }],
  sql: `SELECT definition->>'name' FROM programme`,
} as const satisfies Publication;

/** Digest of the programme definition in force, as a closed quarter names it. */
export const definitionInForce = {
  id: 'definition-in-force',
  version: 1,
  parameters: [],
  returns: [{ name: 'digest', type: 'text' }],
  sql: 'SELECT definition_digest FROM programme',
} as const satisfies Publication;

/** Of which kind the years of annual learning are, as the definition says; null where it does not. */
export const learningYear = {
  id: 'learning-year',
  version: 1,
  parameters: [],
  returns: [{ name: 'year', type: 'text' }],
  sql: `SELECT definition->'reporting'->>'learningYear' FROM programme`,
} as const satisfies Publication;

/** The theory of change of the definition in force, as the definition has it; null where it has none. */
export const theoryOfChange = {
  id: 'theory-of-change',
  version: 1,
  parameters: [],
  returns: [{ name: 'theory', type: 'jsonb' }],
  sql: `SELECT definition->'theoryOfChange' FROM programme`,
} as const satisfies Publication;

export const strands = {
  id: 'strands',
  version: 1,
  parameters: [],
  returns: [
    { name: 'strand', type: 'text' },
    { name: 'name', type: 'text' },
  ],
  sql: 'SELECT strand, name FROM strand ORDER BY ordinal',
} as const satisfies Publication;

/** Services with their qualifying session kinds, in the order of the definition, administrative sources last. */
export const services = {
  id: 'services',
  version: 1,
  parameters: [],
  returns: [
    { name: 'service', type: 'text' },
    { name: 'name', type: 'text' },
    { name: 'strand', type: 'text' },
    { name: 'strandName', type: 'text' },
    { name: 'administrative', type: 'boolean' },
    { name: 'ordinal', type: 'int' },
    { name: 'individualBeneficiaries', type: 'boolean' },
    { name: 'sessionKinds', type: 'text[]' },
  ],
  sql: `SELECT s.service, s.name, s.strand, t.name, s.administrative, s.ordinal, s.individual_beneficiaries,
               ARRAY(SELECT DISTINCT kind FROM dataset d, unnest(d.session_kinds) AS kind
                     WHERE d.service = s.service AND d.data_type = 'engagement' ORDER BY kind)
        FROM service s LEFT JOIN strand t USING (strand)
        ORDER BY t.ordinal NULLS LAST, s.ordinal`,
} as const satisfies Publication;

/** Which provider runs a service, so that a provider sees its own services alone. */
export const serviceProviders = {
  id: 'service-providers',
  version: 1,
  parameters: [],
  returns: [
    { name: 'service', type: 'text' },
    { name: 'provider', type: 'text' },
  ],
  sql: 'SELECT service, provider FROM service ORDER BY service COLLATE "C"',
} as const satisfies Publication;

/**
 * Quarters that are closed, latest first, and of each the latest edition first; of their figures the published form, also of
 * what is not published yet: for the programme’s own team.
 */
export const closedQuarters = {
  id: 'closed-quarters',
  version: 2,
  parameters: [{ name: 'period', type: 'text' }],
  returns: [
    { name: 'period', type: 'text' },
    { name: 'edition', type: 'int' },
    { name: 'closing', type: 'double precision' },
    { name: 'closedAt', type: 'text' },
    { name: 'closedBy', type: 'text' },
    { name: 'reason', type: 'text' },
    { name: 'versions', type: 'jsonb' },
    { name: 'publishedAt', type: 'double precision' },
    { name: 'digest', type: 'text' },
    { name: 'commitment', type: 'text' },
    { name: 'audit', type: 'jsonb' },
    { name: 'standing', type: 'text' },
    { name: 'release', type: 'jsonb' },
    { name: 'ended', type: 'jsonb' },
    { name: 'figures', type: 'jsonb' },
  ],
  sql: `SELECT period, edition, closing::float8, ${instantText('closed_at')}, closed_by, reason,
               versions, published_at::float8, digest, commitment, audit, standing,
               CASE WHEN released IS NOT NULL THEN jsonb_build_object('position', released, 'at', ${instantText('released_at')}, 'by', released_by, 'reason', release_reason) END,
               CASE WHEN ended IS NOT NULL THEN jsonb_build_object('position', ended, 'at', ${instantText('ended_at')}, 'by', ended_by, 'reason', end_reason) END,
               figures
        FROM closed_quarter WHERE $1::text IS NULL OR period = $1 ORDER BY period DESC, edition DESC`,
} as const satisfies Publication;

/**
 * By which rule the rows of a figure, such as `reach@1`, or of another version of it, were published for each published quarter, by its
 * first day.
 */
export const publishedRules = {
  id: 'published-rules',
  version: 2,
  parameters: [{ name: 'figure', type: 'text' }],
  returns: [
    { name: 'start', type: 'text' },
    { name: 'rule', type: 'text' },
  ],
  sql: `SELECT to_char(make_date(left(period, 4)::int, 4, 1) + make_interval(months => 3 * (right(period, 1)::int - 1)), 'YYYY-MM-DD'),
               figures->>'disclosure'
        FROM closed_quarter
        WHERE standing = 'published' AND EXISTS (SELECT FROM jsonb_path_query(figures, '$.figures[*].figure') AS name
                      WHERE split_part(name #>> '{}', '@', 1) = split_part($1, '@', 1))
        ORDER BY 1`,
} as const satisfies Publication;

export const datasets = {
  id: 'datasets',
  version: 1,
  parameters: [],
  returns: [
    { name: 'dataset', type: 'text' },
    { name: 'serviceName', type: 'text' },
    { name: 'dataType', type: 'text' },
  ],
  sql: 'SELECT d.dataset, s.name, d.data_type FROM dataset d JOIN service s USING (service)',
} as const satisfies Publication;

/**
 * Files received, by service and period, whatever the dates of their rows. The live files (linked and not withdrawn) of
 * one dataset and period make one row.
 */
export const receivedFiles = {
  id: 'received-files',
  version: 1,
  parameters: [],
  returns: [
    { name: 'service', type: 'text' },
    { name: 'dataType', type: 'text' },
    { name: 'extractKind', type: 'text' },
    { name: 'period', type: 'text' },
  ],
  sql: `SELECT DISTINCT d.service, d.data_type, s.extract_kind, s.period
        FROM submission s JOIN dataset d USING (dataset)
        WHERE s.state = 'linked'
        ORDER BY 1, 2, 3, 4`,
} as const satisfies Publication;
