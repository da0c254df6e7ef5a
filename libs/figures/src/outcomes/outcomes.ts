import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { intervalColumns, shareColumns } from '../statistics/derived.js';
import { scores } from './scores.js';

const pairs = { unit: 'rows', disclosure: 'protected', mayChangeBy: 'rows' } as const;
const mean = { unit: 'points', kind: 'measured', disclosure: 'mean', meanOf: ['pairs'] } as const;

export const outcomesColumns = {
  pairs: {
    ...pairs,
    meaning:
      'First and last scores of one person with one instrument in one service; by the day of the last.',
  },
  improved: { ...pairs, meaning: 'Of the pairs, those whose last score is better than the first.' },
  same: { ...pairs, meaning: 'Of the pairs, those with the same score twice.' },
  worse: { ...pairs, meaning: 'Of the pairs, those whose last score is worse than the first.' },
  noLast: { ...pairs, meaning: 'First scores that no other score follows; by their day.' },
  outsideWindow: {
    ...pairs,
    meaning:
      'First scores followed only by scores that are too soon, too late or of no last occasion; by their day.',
  },
  otherInformant: {
    ...pairs,
    meaning: 'First scores whose last score is somebody else’s answer; by their day.',
  },
  withoutFirst: {
    ...pairs,
    meaning:
      'People with scores in a service, none of which is or follows a first one; by the day of the earliest.',
  },
  setAside: {
    ...pairs,
    meaning: 'Scores of rows that are linked to nobody, so that they could be paired with none.',
  },
  firstMean: { ...mean, meaning: 'Mean of the first scores of the pairs.' },
  lastMean: { ...mean, meaning: 'Mean of the last scores of the pairs.' },
  meanChange: { ...mean, meaning: 'Mean of last less first; whether up is better, the measure says.' },
  changeDeviation: { ...mean, meaning: 'Standard deviation of last less first, of the sample.' },
} as const satisfies CountColumns;

/** A mean as a number that no order of rows changes: numerics are added up exactly. */
const exactly = (measured: string): string => `round(${measured}, 6)::float8`;

/**
 * Outcomes from first to last: the first score that begins an episode of a person in a service, and the last one in it that is at
 * least the minimum gap and at most the window after it. What could not be paired is counted, with the reason.
 */
export const outcomes = defineFigure({
  id: 'outcomes',
  version: 1,
  title: 'Outcomes, first to last',
  readFrom: 'outcome',
  columns: outcomesColumns,
  dimensions: {
    domain: { type: 'text', meaning: 'Code of the domain of the theory of change.' },
    outcome: { type: 'text', meaning: 'Code of the outcome in the theory of change.' },
    instrument: { type: 'text', meaning: 'The instrument.' },
    measure: { type: 'text', meaning: 'What of the instrument is scored.' },
  },
  derived: {
    ...intervalColumns('change', { mean: 'meanChange', deviation: 'changeDeviation', n: 'pairs' }),
    ...shareColumns('improved', {
      part: 'improved',
      whole: 'pairs',
      meaning: 'improved as a share of the pairs.',
    }),
    ...shareColumns('same', { part: 'same', whole: 'pairs', meaning: 'same as a share of the pairs.' }),
    ...shareColumns('worse', { part: 'worse', whole: 'pairs', meaning: 'worse as a share of the pairs.' }),
  },
  sql: `
  WITH ${scores}, candidate AS (
    SELECT c.*, minimum_days, window_days, last_occasions,
           as_of - lag(as_of) OVER (PARTITION BY service, measure_id, individual, c.informant ORDER BY as_of, score) AS since,
           first_occasions IS NOT NULL AS has_first_occasions
    FROM scored c JOIN scored_measure m USING (measure_id)
    WHERE c.state = 'linked' AND (first_occasions IS NULL OR first_occasions ? c.occasion)
  ), episode AS MATERIALIZED (
    -- Where no occasion is a first one, all scores are one episode. A first score that follows another within the minimum gap
    -- repeats it.
    SELECT *, row_number() OVER (ORDER BY service, measure_id, individual, informant, as_of) AS number,
           lead(as_of) OVER (PARTITION BY service, measure_id, individual, informant ORDER BY as_of) AS next_begins
    FROM candidate
    WHERE since IS NULL OR has_first_occasions AND since >= minimum_days
  ), follower AS (
    SELECT e.number, f.as_of, f.score, f.informant = e.informant AS same_informant,
           f.as_of >= e.as_of + e.minimum_days AND f.as_of <= e.as_of + e.window_days
             AND (e.last_occasions IS NULL OR e.last_occasions ? f.occasion) AS within
    FROM episode e
    JOIN scored f ON f.state = 'linked' AND f.individual = e.individual AND f.service = e.service AND f.measure_id = e.measure_id
      AND f.as_of > e.as_of AND (e.next_begins IS NULL OR f.as_of < e.next_begins)
  ), last_score AS (
    -- Of several on one day, the lowest.
    SELECT DISTINCT ON (number) number, as_of, score FROM follower
    WHERE within AND same_informant ORDER BY number, as_of DESC, score
  ), followed AS (
    SELECT number, bool_or(within AND NOT same_informant) AS by_another, bool_or(same_informant) AS at_all
    FROM follower GROUP BY number
  ), told AS (
    SELECT e.strand, e.service, e.measure_id, coalesce(l.as_of, e.as_of) AS day,
           CASE WHEN l.number IS NOT NULL THEN 'pair' WHEN f.by_another THEN 'other informant'
                WHEN f.at_all THEN 'outside' ELSE 'no last' END AS what,
           e.score AS first, l.score AS last
    FROM episode e LEFT JOIN last_score l USING (number) LEFT JOIN followed f USING (number)
    UNION ALL
    SELECT s.strand, s.service, s.measure_id, min(s.as_of), 'without first', NULL, NULL
    FROM scored s
    WHERE s.state = 'linked' AND NOT EXISTS (
      SELECT FROM episode e
      WHERE e.individual = s.individual AND e.service = s.service AND e.measure_id = s.measure_id AND e.as_of <= s.as_of
    )
    GROUP BY s.strand, s.service, s.measure_id, s.individual
    UNION ALL
    SELECT strand, service, measure_id, as_of, 'set aside', NULL, NULL FROM scored WHERE state = 'set-aside'
  ), dated AS (
    SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', t.day)::date ELSE '-infinity' END AS start,
           t.strand, t.service, m.domain, m.outcome, m.instrument, m.measure, t.what, t.first, t.last,
           CASE WHEN m.higher_is_better THEN sign(t.last - t.first) ELSE sign(t.first - t.last) END AS gain
    FROM told t JOIN scored_measure m USING (measure_id)
    WHERE ($1::date IS NULL OR t.day >= $1::date) AND ($2::date IS NULL OR t.day < $2::date)
  )
  SELECT ${startOfAnswer}, scope, domain, outcome, instrument, measure,
         (count(*) FILTER (WHERE what = 'pair'))::int,
         (count(*) FILTER (WHERE gain > 0))::int, (count(*) FILTER (WHERE gain = 0))::int,
         (count(*) FILTER (WHERE gain < 0))::int,
         (count(*) FILTER (WHERE what = 'no last'))::int, (count(*) FILTER (WHERE what = 'outside'))::int,
         (count(*) FILTER (WHERE what = 'other informant'))::int,
         (count(*) FILTER (WHERE what = 'without first'))::int, (count(*) FILTER (WHERE what = 'set aside'))::int,
         ${exactly(`avg(first) FILTER (WHERE what = 'pair')`)}, ${exactly('avg(last)')},
         ${exactly('avg(last - first)')}, ${exactly('stddev_samp(last - first)')}
  FROM ${inScopes('dated')}
  GROUP BY start, scope, domain, outcome, instrument, measure
  ORDER BY start, scope COLLATE "C", domain COLLATE "C", outcome COLLATE "C", instrument COLLATE "C", measure COLLATE "C"`,
});
