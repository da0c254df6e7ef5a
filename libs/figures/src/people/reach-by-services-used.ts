import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { inScopes, person, qualifying, startOfAnswer } from '../reach/qualifying.js';
import { adults, children, families, individuals } from './people-columns.js';

const reachByServicesUsedBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'reach-by-services-used',
    version,
    title: 'Unique reach by number of services used',
    columns: { children, adults, individuals, families },
    dimensions: {
      services: {
        type: 'int',
        meaning:
          'Services with a qualifying engagement: 1, 2, 3; 4 means four or more. Of a family, those of its members together.',
      },
    },
    sql: `
  WITH ${qualifying(rule)}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE ${person}
  ), placed AS (
    SELECT DISTINCT scope, start, service, kind, entity
    FROM (SELECT scope, start, service, individual, family, role FROM ${inScopes('present')}) AS one
    CROSS JOIN LATERAL (VALUES (role, individual), ('individual', individual), ('family', family)) AS counted (kind, entity)${rule.isKnown('entity')}
  ), used AS (
    SELECT start, scope, kind, least(count(*), 4)::int AS services FROM placed GROUP BY start, scope, kind, entity
  )
  SELECT ${startOfAnswer}, scope, services,
         ${['child', 'adult', 'individual', 'family'].map((kind) => `(count(*) FILTER (WHERE kind = '${kind}'))::int`).join(', ')}
  FROM used GROUP BY start, scope, services ORDER BY start, scope COLLATE "C", services`,
  });

/** How many services of a scope people and families used in the period: everybody in one row, and every family in one. */
export const reachByServicesUsed = reachByServicesUsedBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const reachByServicesUsed1 = reachByServicesUsedBy(1, aloneIsFamily);
