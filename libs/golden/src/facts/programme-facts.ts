import { periodKeyOfCode } from '../dimensions/calendar.js';
import type { GoldenColumn, GoldenTable } from '../golden-table.js';
import { areaKey, dateColumn, dateKey, londonDay, UNKNOWN } from '../keys.js';

const ofIntake = (name: string, meaning: string): GoldenColumn => ({
  ...{
    type: 'bigint',
    nullable: true,
    meaning,
    unit: 'rows',
    source: `the ledger: SubmissionReceived.counts.${name}`,
  },
});
const ofLinkage = (name: string, meaning: string): GoldenColumn => ({
  ...{
    type: 'bigint',
    nullable: true,
    meaning,
    unit: 'rows',
    source: `the ledger: SubmissionLinked.outcomes.${name}`,
  },
});

export const submissionQuality: GoldenTable = {
  name: 'submission_quality',
  kind: 'fact',
  grain: 'one submitted file that the ledger names',
  meaning:
    'What was sent, when, and what became of its rows. Files that failed before they were submitted are not in it.',
  readers: 'data team',
  key: ['submission_key'],
  columns: {
    submission_key: {
      type: 'int',
      meaning: 'Opaque key of the file. It stays the same in every rebuild.',
      source: 'the order of appearance in the ledger',
    },
    service_key: {
      type: 'int',
      meaning: `The service of its dataset; ${UNKNOWN}: not known.`,
      source: 'programme definition: datasets',
      refersTo: { table: 'service' },
    },
    period_key: {
      type: 'int',
      meaning: `The period that it reports on; ${UNKNOWN}: not known.`,
      source: 'the ledger: SubmissionReceived.period',
      refersTo: { table: 'period' },
    },
    received_date_key: dateColumn(
      'received_date',
      'The day in London on which it was accepted.',
      'the ledger: time of SubmissionReceived',
    ),
    received_at: {
      type: 'timestamptz',
      nullable: true,
      meaning: 'When it was accepted.',
      source: 'the ledger: time of SubmissionReceived',
    },
    dataset: {
      type: 'text',
      nullable: true,
      meaning: 'Id of its dataset.',
      source: 'the ledger: SubmissionReceived.dataset',
    },
    provider: {
      type: 'text',
      nullable: true,
      meaning: 'Id of the provider.',
      source: 'the ledger: SubmissionReceived.provider',
    },
    sequence: {
      type: 'int',
      nullable: true,
      meaning: 'Its number among the files of its dataset and period.',
      source: 'the ledger: SubmissionReceived.sequence',
    },
    extract_kind: {
      type: 'text',
      nullable: true,
      meaning: 'delta, cumulative or snapshot.',
      source: 'the ledger: SubmissionReceived.extractKind',
    },
    state: {
      type: 'text',
      meaning: 'received, linked, withdrawn or parked.',
      source: 'the ledger: the last event about it',
    },
    days_after_period: {
      type: 'int',
      nullable: true,
      meaning:
        'Days from the last day of its period to the day on which it was accepted; negative before it.',
      unit: 'days',
      source: 'the ledger: SubmissionReceived',
    },
    rows_read: ofIntake('read', 'Data rows in the file.'),
    rows_accepted: ofIntake('accepted', 'Accepted rows, including those with a warning.'),
    rows_warned: ofIntake('warned', 'Accepted rows with a warning.'),
    rows_rejected: ofIntake('rejected', 'Rows with an error, or without consent.'),
    rows_duplicate: ofIntake('duplicate', 'Rows that repeat an earlier row of the same file.'),
    rows_registered: ofLinkage('registered', 'Rows that founded an individual.'),
    rows_matched: ofLinkage('matched', 'Rows that joined an individual.'),
    rows_referred: ofLinkage('referred', 'Rows that were set aside for a review.'),
    rows_unlinkable: ofLinkage('unlinkable', 'Rows without a usable token.'),
    rows_impersonal: ofLinkage('impersonal', 'Activity without a person.'),
    rows_superseded: ofLinkage('superseded', 'Rows of whose key a higher-ranked row existed already.'),
    rows_unchanged: ofLinkage('unchanged', 'Rows that equal the live record of their key.'),
  },
  common: `named AS (
  SELECT s.*, ${londonDay('s.received_at')} AS received_on,
         CASE WHEN s.period LIKE '%-AY' THEN s.period_start + interval '1 year' ELSE s.period_start + interval '3 months' END AS period_end
  FROM submission s
)`,
  sql: `SELECT n.number, coalesce(v.ordinal + 1, ${UNKNOWN}), ${periodKeyOfCode('n.period')}, ${dateKey('n.received_on')}, n.received_at, n.dataset, n.provider,
       n.sequence, n.extract_kind, n.state, n.received_on - (n.period_end - interval '1 day')::date,
       ${['read', 'accepted', 'warned', 'rejected', 'duplicate'].map((name) => `(n.counts->>'${name}')::bigint`).join(', ')},
       ${['registered', 'matched', 'referred', 'unlinkable', 'impersonal', 'superseded', 'unchanged'].map((name) => `(n.outcomes->>'${name}')::bigint`).join(', ')}
FROM named n LEFT JOIN dataset d ON d.dataset = n.dataset LEFT JOIN service v ON v.service = d.service`,
};

export const submissionFinding: GoldenTable = {
  name: 'submission_finding',
  kind: 'fact',
  grain: 'one rule that rows of a file broke',
  meaning: 'How often a file broke which rule of validation. A row may break several.',
  readers: 'data team',
  key: ['submission_key', 'rule'],
  columns: {
    submission_key: {
      type: 'int',
      meaning: 'The file.',
      source: 'the ledger: SubmissionReceived',
      refersTo: { table: 'submission_quality' },
    },
    rule: { type: 'text', meaning: 'Name of the rule.', source: 'the ledger: SubmissionReceived.findings' },
    findings: {
      type: 'bigint',
      meaning: 'How often it was broken.',
      unit: 'findings',
      source: 'the ledger: SubmissionReceived.findings',
    },
  },
  sql: `SELECT s.number, said.key, said.value::bigint FROM submission s, jsonb_each_text(s.findings) AS said`,
};

export const population: GoldenTable = {
  name: 'population',
  kind: 'fact',
  grain: 'one area of a supplied population',
  meaning:
    'Denominators that the definition supplies as a table. A population that is counted in an administrative source has one row without an area and without a count.',
  readers: 'data team',
  key: ['population', 'area_key'],
  columns: {
    population: {
      type: 'text',
      meaning: 'Id of the population.',
      source: 'programme definition: populations[].id',
    },
    area_key: {
      type: 'bigint',
      meaning: 'The area.',
      source: 'programme definition: populations[].source.rows[].lsoa',
      refersTo: { table: 'area' },
    },
    reference_date_key: dateColumn(
      'reference_date',
      'The reference date.',
      'programme definition: populations[].on',
    ),
    population_name: {
      type: 'text',
      meaning: 'Name of the population.',
      source: 'programme definition: populations[].name',
    },
    of: {
      type: 'text',
      meaning: 'children, adults or families.',
      source: 'programme definition: populations[].of',
    },
    aged_under: {
      type: 'int',
      nullable: true,
      meaning: 'Younger than this on the reference date.',
      unit: 'years',
      source: 'programme definition: populations[].agedUnder',
    },
    edition: {
      type: 'text',
      nullable: true,
      meaning: 'Publication and date of the table.',
      source: 'programme definition: populations[].source.edition',
    },
    counted_in: {
      type: 'text',
      nullable: true,
      meaning: 'The administrative dataset in which it is counted.',
      source: 'programme definition: populations[].source.dataset',
    },
    population_count: {
      type: 'bigint',
      nullable: true,
      meaning: 'How many live there.',
      unit: 'people, or families',
      source: 'programme definition: populations[].source.rows[].count',
    },
  },
  sql: `SELECT p.said->>'id', ${areaKey(`(r.said->>'lsoa')`)}, ${dateKey(`(p.said->>'on')::date`)}, p.said->>'name', p.said->>'of', (p.said->>'agedUnder')::int,
       p.said->'source'->>'edition', p.said->'source'->>'dataset', (r.said->>'count')::bigint
FROM programme, jsonb_array_elements(definition->'populations') AS p (said)
LEFT JOIN LATERAL jsonb_array_elements(p.said->'source'->'rows') AS r (said) ON true`,
};

export const target: GoldenTable = {
  name: 'target',
  kind: 'fact',
  grain: 'one target of a service for a period',
  meaning: 'How many a service means to reach.',
  readers: 'data team',
  key: ['service_key', 'period_key', 'of'],
  columns: {
    service_key: {
      type: 'int',
      meaning: 'The service.',
      source: 'programme definition: services[].targets',
      refersTo: { table: 'service' },
    },
    period_key: {
      type: 'int',
      meaning: 'The period.',
      source: 'programme definition: services[].targets[].period',
      refersTo: { table: 'period' },
    },
    of: {
      type: 'text',
      meaning: 'children, adults or families.',
      source: 'programme definition: services[].targets[].of',
    },
    target_count: {
      type: 'bigint',
      meaning: 'How many it means to reach.',
      unit: 'people, or families',
      source: 'programme definition: services[].targets[].count',
    },
  },
  sql: `SELECT s.ordinal + 1, ${periodKeyOfCode(`(t.said->>'period')`)}, t.said->>'of', (t.said->>'count')::bigint
FROM programme, jsonb_array_elements(definition->'services') AS v (said), jsonb_array_elements(v.said->'targets') AS t (said)
JOIN service s ON true
WHERE s.service = v.said->>'id'`,
};
