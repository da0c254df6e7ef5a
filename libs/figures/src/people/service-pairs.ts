import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { inScopes, person, qualifying, startOfAnswer } from '../reach/qualifying.js';
import type { CountColumn } from '../count-columns.js';
import { adults, children, families, individuals } from './people-columns.js';

/** Pairs of a scope that the figures list: the commonest. */
export const LISTED_PAIRS = 20;

const servicePairsBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'service-pairs',
    version,
    title: 'The twenty commonest pairs of services',
    columns: { individuals, children, adults, families },
    dimensions: {
      one: { type: 'text', meaning: 'A service, the first of the two in the order of the definition.' },
      other: { type: 'text', meaning: 'The other service.' },
    },
    sql: `
  WITH ${qualifying(rule)}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE ${person}
  ), used AS MATERIALIZED (
    SELECT DISTINCT start, scope, service, kind, entity
    FROM (SELECT start, scope, service, individual, family, role FROM ${inScopes('present')} AND scope NOT LIKE 'service:%') AS one
    CROSS JOIN LATERAL (VALUES (role, individual), ('individual', individual), ('family', family)) AS counted (kind, entity)${rule.isKnown('entity')}
  ), places AS (
    SELECT s.service, row_number() OVER (ORDER BY t.ordinal NULLS LAST, s.ordinal) AS place
    FROM service s LEFT JOIN strand t USING (strand)
  ), sets AS (
    -- Many use the same services: a set of them is looked at once.
    SELECT start, scope, kind, services, count(*) AS entities
    FROM (SELECT start, scope, kind, array_agg(service ORDER BY place) AS services
          FROM used JOIN places USING (service) GROUP BY start, scope, kind, entity HAVING count(*) > 1) AS of_entity
    GROUP BY start, scope, kind, services
  ), pairs AS (
    SELECT start, scope, one.service AS one, other.service AS other,
           ${['individual', 'child', 'adult', 'family']
             .map((kind) => `coalesce(sum(entities) FILTER (WHERE kind = '${kind}'), 0)::int AS ${kind}`)
             .join(', ')}
    FROM sets
    CROSS JOIN LATERAL unnest(services) WITH ORDINALITY AS one (service, place)
    JOIN LATERAL unnest(services) WITH ORDINALITY AS other (service, place) ON one.place < other.place
    GROUP BY start, scope, one.service, other.service
  ), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY start, scope ORDER BY individual DESC, family DESC, one COLLATE "C", other COLLATE "C")
              AS rank
    FROM pairs
  )
  SELECT ${startOfAnswer}, scope, one, other, individual, child, adult, family
  FROM ranked WHERE rank <= ${LISTED_PAIRS} ORDER BY start, scope COLLATE "C", rank`,
  });

/** The commonest pairs of services that the same people used in the period, without regard to order. */
export const servicePairs = servicePairsBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const servicePairs1 = servicePairsBy(1, aloneIsFamily);

const onOneDay = {
  unit: 'people',
  disclosure: 'protected',
  meaning:
    'Of the individuals, those who came to both for the first time on one day; the definition’s order decides.',
} as const satisfies CountColumn;

/** What figures of order need of the services that people used, after `WITH`: `places`, and `used` with the first day of each. */
const usedInOrder = (
  rule: FamilyRule,
): string => `${qualifying(rule).replace('SELECT CASE', 'SELECT r.as_of, CASE')}, present AS (
    SELECT start, strand, service, individual, family, role, min(as_of) AS first_day
    FROM qualifying WHERE ${person} GROUP BY start, strand, service, individual, family, role
  ), places AS (
    SELECT s.service, row_number() OVER (ORDER BY t.ordinal NULLS LAST, s.ordinal) AS place
    FROM service s LEFT JOIN strand t USING (strand)
  ), used AS MATERIALIZED (
    SELECT start, scope, service, kind, entity, min(first_day) AS first_day
    FROM (SELECT start, scope, service, individual, family, role, first_day
          FROM ${inScopes('present')} AND scope NOT LIKE 'service:%') AS one
    CROSS JOIN LATERAL (VALUES (role, individual), ('individual', individual), ('family', family)) AS counted (kind, entity)${rule.isKnown('entity')}
    GROUP BY start, scope, service, kind, entity
  )`;

const serviceStepsBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'service-steps',
    version,
    title: 'The twenty commonest steps from the entry service to the next',
    columns: { individuals, children, adults, families, onOneDay },
    dimensions: {
      entry: { type: 'text', meaning: 'The service with the earliest qualifying engagement of the period.' },
      next: { type: 'text', meaning: 'The service with the next first engagement.' },
    },
    sql: `
  WITH ${usedInOrder(rule)}, steps AS (
    SELECT start, scope, kind, service AS entry, first_day, lead(service) OVER in_order AS next, lead(first_day) OVER in_order AS next_day,
           row_number() OVER in_order AS place
    FROM used JOIN places USING (service)
    WINDOW in_order AS (PARTITION BY start, scope, kind, entity ORDER BY first_day, places.place)
  ), counts AS (
    SELECT start, scope, entry, next,
           ${['individual', 'child', 'adult', 'family']
             .map((kind) => `(count(*) FILTER (WHERE kind = '${kind}'))::int AS ${kind}`)
             .join(', ')},
           (count(*) FILTER (WHERE kind = 'individual' AND first_day = next_day))::int AS on_one_day
    FROM steps WHERE steps.place = 1 AND next IS NOT NULL GROUP BY start, scope, entry, next
  ), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY start, scope ORDER BY individual DESC, family DESC, entry COLLATE "C", next COLLATE "C")
              AS rank
    FROM counts
  )
  SELECT ${startOfAnswer}, scope, entry, next, individual, child, adult, family, on_one_day
  FROM ranked WHERE rank <= ${LISTED_PAIRS} ORDER BY start, scope COLLATE "C", rank`,
  });

/** The commonest steps from the service that people came to first in the period to the one that they came to next. */
export const serviceSteps = serviceStepsBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const serviceSteps1 = serviceStepsBy(1, aloneIsFamily);

/** The commonest pairs of services by the order of use: every service before every later one, not the next alone. */
export const serviceOrders = defineFigure({
  id: 'service-orders',
  version: 1,
  title: 'The twenty commonest pairs of services in the order of use',
  columns: { individuals, children, adults, families, onOneDay },
  dimensions: {
    earlier: { type: 'text', meaning: 'The service that people came to first of the two in the period.' },
    later: {
      type: 'text',
      meaning: 'The service that they came to afterwards, with or without others between.',
    },
  },
  sql: `
  WITH ${usedInOrder(identifiedIsFamily)}, counts AS (
    SELECT start, scope, one.service AS earlier, other.service AS later,
           ${['individual', 'child', 'adult', 'family']
             .map((kind) => `(count(*) FILTER (WHERE kind = '${kind}'))::int AS ${kind}`)
             .join(', ')},
           (count(*) FILTER (WHERE kind = 'individual' AND one.first_day = other.first_day))::int AS on_one_day
    FROM (SELECT * FROM used JOIN places USING (service)) AS one
    JOIN (SELECT * FROM used JOIN places USING (service)) AS other USING (start, scope, kind, entity)
    WHERE (one.first_day, one.place) < (other.first_day, other.place)
    GROUP BY start, scope, one.service, other.service
  ), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY start, scope ORDER BY individual DESC, family DESC, earlier COLLATE "C", later COLLATE "C")
              AS rank
    FROM counts
  )
  SELECT ${startOfAnswer}, scope, earlier, later, individual, child, adult, family, on_one_day
  FROM ranked WHERE rank <= ${LISTED_PAIRS} ORDER BY start, scope COLLATE "C", rank`,
});
