import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { rounded, shownOf } from '../statistics/derived.js';

const threshold = { unit: 'entries', disclosure: 'open' } as const;

export const targetsColumns = {
  target: { ...threshold, meaning: 'How many the service means to reach.' },
  greenFrom: { ...threshold, meaning: 'From so many the rating is green.' },
  amberFrom: { ...threshold, meaning: 'From so many it is amber; below, red.' },
  reached: {
    ...{ unit: 'people', disclosure: 'protected' },
    meaning: 'Children, adults or families that the service reached in the period of the target.',
  },
} as const satisfies CountColumns;

const targetsBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'targets',
    version,
    title: 'Reach against targets',
    columns: targetsColumns,
    dimensions: {
      targetPeriod: { type: 'text', meaning: 'The period of the target.' },
      of: { type: 'text', meaning: 'Whom it counts: children, adults or families.' },
    },
    derived: {
      reachedPercent: {
        unit: 'per cent',
        meaning: 'reached as a share of the target.',
        of: (row) => {
          const shown = shownOf(row, ['reached', 'target']);
          return shown === undefined || shown.target === 0
            ? null
            : rounded((100 * shown.reached) / shown.target, 1);
        },
      },
      rating: {
        unit: 'rating',
        meaning: 'green, amber or red, by the thresholds of the programme definition.',
        of: (row) => {
          const shown = shownOf(row, ['reached', 'greenFrom', 'amberFrom']);
          if (shown === undefined) return null;
          return shown.reached >= shown.greenFrom
            ? 'green'
            : shown.reached >= shown.amberFrom
              ? 'amber'
              : 'red';
        },
      },
    },
    sql: `
  WITH ${rule.expressions}target AS (
    SELECT s ->> 'id' AS service, t ->> 'period' AS period, t ->> 'of' AS of, (t ->> 'count')::int AS count,
           CASE WHEN right(t ->> 'period', 2) = 'AY' THEN make_date(left(t ->> 'period', 4)::int, 9, 1)
                ELSE (make_date(left(t ->> 'period', 4)::int, 1, 1) + make_interval(months => 3 * right(t ->> 'period', 1)::int))::date
           END AS from_day,
           CASE WHEN right(t ->> 'period', 2) = 'AY' THEN 12 ELSE 3 END AS months,
           coalesce((p.definition -> 'reporting' -> 'targetRating' ->> 'green')::numeric, 1) AS green,
           coalesce((p.definition -> 'reporting' -> 'targetRating' ->> 'amber')::numeric, 0.9) AS amber
    FROM programme p
    CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'services') AS defined (s)
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(s -> 'targets', '[]')) AS set (t)
  ), asked AS MATERIALIZED (
    SELECT t.*, (from_day + make_interval(months => months))::date AS until_day FROM target t
    WHERE ($1::date IS NULL OR from_day >= $1::date)
      AND ($2::date IS NULL OR from_day + make_interval(months => months) <= $2::date)
      AND ($3 = 'period' OR months = 3) AND ($4::text IS NULL OR $4 = 'service:' || service)
  ), present AS (
    SELECT DISTINCT a.service, a.period, a.of, r.role, r.individual, ${rule.ofIndividual('r.individual')} AS family
    FROM asked a
    JOIN dataset d USING (service)
    JOIN numbered_dataset n ON n.dataset = d.dataset
    JOIN numbered_record r ON r.dataset = n.number AND r.as_of >= a.from_day AND r.as_of < a.until_day
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = r.individual${rule.joined('r.individual')}
    WHERE r.qualifying AND r.state = 'linked' AND r.role IN ('child', 'adult')
  ), reached AS (
    SELECT service, period, of,
           (CASE of WHEN 'families' THEN count(DISTINCT family)
                    ELSE count(DISTINCT individual) FILTER (WHERE role = CASE of WHEN 'children' THEN 'child' ELSE 'adult' END)
            END)::int AS reached
    FROM present GROUP BY service, period, of
  ), dated AS (
    SELECT CASE WHEN $3 = 'quarter' THEN from_day ELSE '-infinity' END AS start, 'service:' || service AS scope, a.period, of, count,
           ceil(count * green)::int AS green_from, ceil(count * amber)::int AS amber_from, coalesce(r.reached, 0) AS reached
    FROM asked a LEFT JOIN reached r USING (service, period, of)
  )
  SELECT ${startOfAnswer}, scope, period, of, count, green_from, amber_from, reached
  FROM dated ORDER BY start, scope COLLATE "C", period COLLATE "C", of COLLATE "C"`,
  });

/**
 * Reach of services against their targets. A target is of one service and one period: targets of several do not add up, because one
 * person may be in several. Whichever lie within the period that is asked for are shown.
 */
export const targets = targetsBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const targets1 = targetsBy(1, aloneIsFamily);
