import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { shareColumns } from '../statistics/derived.js';

const people = { unit: 'people', disclosure: 'protected' } as const;

export const participationColumns = {
  registered: {
    ...people,
    meaning:
      'Children and adults whom a service registered in the period, for the first time in that service.',
  },
  declined: {
    ...{ unit: 'people', disclosure: 'protected', mayChangeBy: 'rows' },
    meaning:
      'People without consent, as services state their number in the period; nothing else is known of them.',
  },
  started: { ...people, meaning: 'Children and adults whose first session in a service is in the period.' },
  minimumReached: {
    ...people,
    meaning:
      'Children and adults whose session in the period was the last one of the minimum that the service asks for.',
  },
  completed: {
    ...people,
    meaning: 'Children and adults whose session in the period was the last one of the intended number.',
  },
  left: {
    ...people,
    meaning:
      'Children and adults below the intended number who have not come to a service again, and for whom the days after which an episode has ended were over in the period.',
  },
} as const satisfies CountColumns;

/** Days after which an episode has ended when nobody came, where the definition does not say. */
const ENDS_AFTER_DAYS = 90;

/**
 * What became of people in services, each step by its own day: registered, started, minimum reached, completed, left. The numbers of
 * sessions are those of the day on which somebody started. Who did so in several services of a scope counts once. No dataset holds
 * referrals, or the day on which somebody left: leaving is told by staying away.
 */
export const participation = defineFigure({
  id: 'participation',
  version: 1,
  title: 'Registered, started, minimum reached, completed, left',
  columns: participationColumns,
  dimensions: {},
  derived: shareColumns('minimumReached', {
    ...{ part: 'minimumReached', whole: 'started' },
    meaning:
      'minimumReached as a share of started: of the same people over the lifetime. In a period the two are different people, so that it is no proportion of a cohort: see minimum-reached.',
  }),
  sql: `
  WITH terms AS MATERIALIZED (
    SELECT s ->> 'id' AS service, (t ->> 'from')::date AS from_day, (t ->> 'minimum')::int AS minimum,
           (t ->> 'intended')::int AS intended, coalesce((t ->> 'endsAfterDays')::int, ${ENDS_AFTER_DAYS}) AS ends_after
    FROM programme p
    CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'services') AS defined (s)
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(s -> 'sessions', '[]')) AS numbers (t)
  ), mine AS MATERIALIZED (
    SELECT s.strand, s.service, r.individual, r.as_of, r.qualifying IS TRUE AS session, d.data_type = 'user' AS registers
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service AND NOT s.administrative
    WHERE r.state = 'linked' AND r.role IN ('child', 'adult') AND r.as_of IS NOT NULL
      AND (r.qualifying OR d.data_type = 'user')
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)
  ), counted AS (
    SELECT strand, service, individual, as_of,
           row_number() OVER of_person AS nth, min(as_of) OVER of_person AS began
    FROM mine WHERE session
    WINDOW of_person AS (PARTITION BY service, individual ORDER BY as_of)
  ), with_terms AS MATERIALIZED (
    SELECT c.*, t.minimum, t.intended, coalesce(t.ends_after, ${ENDS_AFTER_DAYS}) AS ends_after
    FROM counted c
    LEFT JOIN LATERAL (
      SELECT * FROM terms t WHERE t.service = c.service AND t.from_day <= c.began ORDER BY t.from_day DESC LIMIT 1
    ) t ON true
  ), latest AS (
    -- Beyond the last day that any service tells of, staying away cannot be told.
    SELECT max(as_of) AS day FROM numbered_record WHERE qualifying AND state <> 'retired'
  ), step AS (
    SELECT strand, service, individual, min(as_of) AS day, 'registered' AS what FROM mine WHERE registers
    GROUP BY strand, service, individual
    UNION ALL
    SELECT strand, service, individual, as_of, 'started' FROM with_terms WHERE nth = 1
    UNION ALL
    SELECT strand, service, individual, as_of, 'minimum' FROM with_terms WHERE nth = minimum
    UNION ALL
    SELECT strand, service, individual, as_of, 'completed' FROM with_terms WHERE nth = intended
    UNION ALL
    SELECT strand, service, individual, max(as_of) + max(ends_after), 'left' FROM with_terms
    GROUP BY strand, service, individual
    HAVING max(nth) < coalesce(max(intended), max(nth) + 1) AND max(as_of) + max(ends_after) <= (SELECT day FROM latest)
  ), dated AS MATERIALIZED (
    SELECT DISTINCT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', day)::date ELSE '-infinity' END AS start,
           strand, service, individual, what
    FROM step WHERE ($1::date IS NULL OR day >= $1::date) AND ($2::date IS NULL OR day < $2::date)
  ), people AS (
    SELECT start, scope,
           ${['registered', 'started', 'minimum', 'completed', 'left']
             .map((what) => `(count(DISTINCT individual) FILTER (WHERE what = '${what}'))::int AS "${what}"`)
             .join(',\n           ')}
    FROM ${inScopes('dated')}
    GROUP BY start, scope
  ), refusal AS (
    SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start, s.strand, s.service,
           i.quantity::numeric AS quantity
    FROM numbered_input i
    JOIN numbered_record r ON r.number = i.record
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service AND NOT s.administrative
    WHERE r.state <> 'retired' AND i.unit = 'people'
      AND i.item = (SELECT coalesce(p.definition -> 'reporting' ->> 'declinedItem', 'people-without-consent') FROM programme p)
      AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date)
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)
  ), refused AS (
    SELECT start, scope, round(sum(quantity))::int AS declined FROM ${inScopes('refusal')} GROUP BY start, scope
  )
  SELECT ${startOfAnswer}, scope, coalesce(registered, 0), coalesce(declined, 0), coalesce(started, 0), coalesce(minimum, 0),
         coalesce(completed, 0), coalesce("left", 0)
  FROM people FULL JOIN refused USING (start, scope)
  ORDER BY start, scope COLLATE "C"`,
});
