import type { GoldenTable } from '../golden-table.js';
import { UNKNOWN } from '../keys.js';

/** What is measured or asked, with opaque keys in the order of the names. */
export const measuresNamed = `measures_seen AS (
  SELECT 'score' AS kind, instrument, measure, NULL::text AS question FROM numbered_outcome
  UNION SELECT 'rating', NULL, NULL, question FROM numbered_feedback
  UNION SELECT CASE WHEN said->'of' ? 'question' THEN 'rating' ELSE 'score' END, said->'of'->>'instrument', said->'of'->>'measure', said->'of'->>'question'
        FROM programme, jsonb_array_elements(definition->'theoryOfChange'->'measures') AS said
), measures AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY kind COLLATE "C", instrument COLLATE "C", measure COLLATE "C", question COLLATE "C")::int AS measure_key,
         kind, instrument, measure, question
  FROM measures_seen
)`;

export const measure: GoldenTable = {
  name: 'measure',
  kind: 'dimension',
  grain: 'one measure of an instrument, or one question of feedback',
  meaning:
    'What is measured or asked, and the outcome of the theory of change that it tells of. Where several measures of the theory of change use the same scores, the first by id is shown.',
  readers: 'data team',
  key: ['measure_key'],
  columns: {
    measure_key: {
      type: 'int',
      meaning: `Opaque key, which holds at one position only; ${UNKNOWN}: not known.`,
      source: 'names in the order of the alphabet',
    },
    kind: {
      type: 'text',
      nullable: true,
      meaning: 'score: of an instrument; rating: of a question.',
      source: 'the data type of the dataset',
    },
    instrument: {
      type: 'text',
      nullable: true,
      meaning: 'The instrument of a score.',
      source: 'fact instrument',
    },
    measure: { type: 'text', nullable: true, meaning: 'The measure of a score.', source: 'fact measure' },
    question: { type: 'text', nullable: true, meaning: 'The question of a rating.', source: 'fact question' },
    name: {
      type: 'text',
      nullable: true,
      meaning: 'Name of the measure in the theory of change.',
      source: 'programme definition: theoryOfChange.measures[].name',
    },
    outcome: {
      type: 'text',
      nullable: true,
      meaning: 'Code of the outcome that it tells of, such as 1.2.2.',
      source: 'programme definition: theoryOfChange.measures[].outcome',
    },
    outcome_name: {
      type: 'text',
      nullable: true,
      meaning: 'Name of the outcome.',
      source: 'programme definition: theoryOfChange.domains[].outcomes[].name',
    },
    domain: {
      type: 'text',
      nullable: true,
      meaning: 'Name of the outcome’s domain.',
      source: 'programme definition: theoryOfChange.domains[].name',
    },
    better: {
      type: 'text',
      nullable: true,
      meaning: 'Which way is an improvement: higher or lower.',
      source: 'programme definition: theoryOfChange.measures[].better',
    },
  },
  common: `${measuresNamed}, said AS (
  SELECT DISTINCT ON (entry->'of'->>'instrument', entry->'of'->>'measure', entry->'of'->>'question') entry
  FROM programme, jsonb_array_elements(definition->'theoryOfChange'->'measures') AS entry
  ORDER BY entry->'of'->>'instrument', entry->'of'->>'measure', entry->'of'->>'question', entry->>'id' COLLATE "C"
), outcomes AS (
  SELECT outcome->>'code' AS code, outcome->>'name' AS name, domain->>'name' AS domain
  FROM programme, jsonb_array_elements(definition->'theoryOfChange'->'domains') AS domain, jsonb_array_elements(domain->'outcomes') AS outcome
)`,
  sql: `SELECT m.measure_key, m.kind, m.instrument, m.measure, m.question, said.entry->>'name', said.entry->>'outcome', o.name, o.domain, said.entry->>'better'
FROM measures m
LEFT JOIN said ON (said.entry->'of'->>'instrument', said.entry->'of'->>'measure', said.entry->'of'->>'question')
  IS NOT DISTINCT FROM (m.instrument, m.measure, m.question)
LEFT JOIN outcomes o ON o.code = said.entry->>'outcome'
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
};
