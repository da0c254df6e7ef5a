import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { startOfAnswer } from '../reach/qualifying.js';
import {
  adults,
  children,
  families,
  referredWhereUnknown,
  unlinkableWhereUnknown,
} from './people-columns.js';
import { peopleReached } from './people-reached.js';

const reachByAreaBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'reach-by-area',
    version,
    title: 'Unique reach in and out of the area',
    columns: {
      ...{ children, adults, families },
      ...{ unlinkable: unlinkableWhereUnknown, referred: referredWhereUnknown },
    },
    dimensions: {
      area: {
        type: 'text',
        meaning:
          'in or out; null: the residence is not known, is withheld, or is an LSOA that the definition’s area does not list.',
      },
      edition: {
        type: 'text',
        meaning: 'Edition of the area: its publication, else the year of its boundaries.',
      },
    },
    sql: `
  WITH ${peopleReached(rule)}, housed AS (
    SELECT p.*, CASE a.in_area WHEN true THEN 'in' WHEN false THEN 'out' END AS area
    FROM placed p
    LEFT JOIN numbered_individual i ON i.number = p.individual
    LEFT JOIN area a ON a.lsoa = i.attributes::jsonb->>'lsoa'
  ), counts AS (
    SELECT start, scope, area,
           (count(DISTINCT individual) FILTER (WHERE role = 'child'))::int AS children,
           (count(DISTINCT individual) FILTER (WHERE role = 'adult'))::int AS adults,
           (count(DISTINCT family))::int AS families, 0 AS unlinkable, 0 AS referred
    FROM housed GROUP BY start, scope, area
    UNION ALL
    SELECT start, scope, NULL, 0, 0, 0, unlinkable, referred FROM nobodys
  )
  SELECT ${startOfAnswer}, scope, area, (SELECT coalesce(definition->'area'->>'edition',
                                           (definition->'area'->>'boundaryYear') || ' boundaries') FROM programme),
         sum(children)::int, sum(adults)::int, sum(families)::int, sum(unlinkable)::int, sum(referred)::int
  FROM counts GROUP BY start, scope, area
  HAVING sum(children) + sum(adults) + sum(families) + sum(unlinkable) + sum(referred) > 0
  ORDER BY start, scope COLLATE "C", area NULLS LAST`,
  });

/** Reach in and out of the programme’s area, by the residence on record at the ledger position. */
export const reachByArea = reachByAreaBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const reachByArea1 = reachByAreaBy(1, aloneIsFamily);
