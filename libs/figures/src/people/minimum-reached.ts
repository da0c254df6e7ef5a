import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { shareColumns } from '../statistics/derived.js';
import { sessionsSoFar } from './sessions-so-far.js';

const people = (meaning: string) =>
  ({ unit: 'people', disclosure: 'protected', meaning }) as const satisfies CountColumn;

const asked = `$4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service`;

/**
 * Whether people had the minimum number of sessions of a service, by who they are. It counts until the period’s end, of those who
 * attended or were registered in the period and began; services without a minimum are left out.
 */
export const minimumReached = defineFigure({
  id: 'minimum-reached',
  version: 1,
  title: 'Minimum number of sessions reached, by characteristic',
  columns: {
    children: people('Children with a session of a service that has a minimum.'),
    childrenReached: people('Of the children, those who had the minimum of one of these services or more.'),
    adults: people('Adults with a session of a service that has a minimum.'),
    adultsReached: people('Of the adults, those who had the minimum of one of these services or more.'),
  },
  dimensions: {
    characteristic: {
      type: 'text',
      meaning:
        'all, a characteristic of the definition, deprivationQuintile or ward, as in reach-by-characteristic.',
    },
    value: {
      type: 'text',
      meaning: 'all, or a value as in reach-by-characteristic; null if it is not known.',
    },
  },
  derived: {
    ...shareColumns('childrenReached', {
      ...{
        part: 'childrenReached',
        whole: 'children',
        meaning: 'childrenReached as a share of the children.',
      },
    }),
    ...shareColumns('adultsReached', {
      ...{ part: 'adultsReached', whole: 'adults', meaning: 'adultsReached as a share of the adults.' },
    }),
  },
  sql: `
  WITH ${sessionsSoFar(asked)}, met AS MATERIALIZED (
    SELECT f.start, s.strand, f.service, f.individual, f.role, f.sessions >= t.minimum AS reached
    FROM so_far f
    JOIN service s ON s.service = f.service
    JOIN terms t ON t.service = f.service AND f.began >= t.from_day AND (t.until_day IS NULL OR f.began < t.until_day)
    WHERE f.start IS NOT NULL AND f.sessions > 0 AND t.minimum IS NOT NULL
  ), person AS MATERIALIZED (
    SELECT m.start, m.scope, m.individual, m.role, bool_or(m.reached) AS reached
    FROM (SELECT start, scope, individual, role, reached FROM ${inScopes('met')}) AS m
    GROUP BY m.start, m.scope, m.individual, m.role
  ), told AS (
    SELECT p.*, i.attributes::jsonb AS said, a.lsoa, a.deprivation_decile, a.ward
    FROM person p
    LEFT JOIN numbered_individual i ON i.number = p.individual
    LEFT JOIN area a ON a.lsoa = i.attributes::jsonb->>'lsoa'
  ), valued AS (
    SELECT t.start, t.scope, t.role, t.reached, c.characteristic,
           CASE WHEN t.said->>c.attribute IS NOT NULL THEN coalesce(c.groups->>(t.said->>c.attribute), t.said->>c.attribute)
                WHEN NOT t.role = ANY (c.roles) THEN 'not-applicable' END AS value
    FROM told t CROSS JOIN characteristic c
    UNION ALL
    SELECT t.start, t.scope, t.role, t.reached, v.characteristic, v.value
    FROM told t
    CROSS JOIN LATERAL (VALUES
      ('all', 'all'),
      ('deprivationQuintile', ((t.deprivation_decile + 1) / 2)::text),
      ('ward', CASE WHEN t.said->>'lsoa' IS NOT NULL THEN coalesce(t.ward, 'no-ward') END)
    ) AS v (characteristic, value)
    WHERE v.characteristic <> 'ward' OR EXISTS (SELECT FROM area WHERE ward IS NOT NULL)
  )
  SELECT ${startOfAnswer}, scope, characteristic, value,
         (count(*) FILTER (WHERE role = 'child'))::int, (count(*) FILTER (WHERE role = 'child' AND reached))::int,
         (count(*) FILTER (WHERE role = 'adult'))::int, (count(*) FILTER (WHERE role = 'adult' AND reached))::int
  FROM valued GROUP BY start, scope, characteristic, value
  ORDER BY start, scope COLLATE "C", characteristic COLLATE "C", value COLLATE "C" NULLS LAST`,
});
