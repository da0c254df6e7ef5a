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
import { daysOfPeople, peopleReached } from './people-reached.js';

const reachByPriorityBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'reach-by-priority',
    version,
    title: 'Unique reach of the priority population',
    columns: {
      ...{ children, adults, families },
      ...{ unlinkable: unlinkableWhereUnknown, referred: referredWhereUnknown },
    },
    dimensions: {
      priority: {
        type: 'text',
        meaning:
          'yes or no; not-judged: nobody who came on or after the rule’s first day; null: unknown, or the definition has no priority population.',
      },
      rule: { type: 'text', meaning: 'Name and version of the priority population; null without one.' },
    },
    sql: `
  WITH ${peopleReached(rule)}, ${daysOfPeople()}, ruled AS (
    SELECT priority_path::jsonpath AS path, (definition->'priorityPopulation'->>'from')::date AS from_day,
           (definition->'priorityPopulation'->>'name') || ', version ' || (definition->'priorityPopulation'->>'version') AS name
    FROM programme
  ), judged AS MATERIALIZED (
    SELECT d.individual,
           CASE WHEN d.last_day < r.from_day THEN 'not-judged'
                ELSE CASE jsonb_path_match(jsonb_strip_nulls(jsonb_build_object(
                       'said', coalesce(i.attributes::jsonb, '{}'),
                       'known', (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each_text(i.attributes::jsonb)
                                 WHERE value NOT IN ('not-stated', 'not-known')),
                       'decile', a.deprivation_decile, 'inArea', a.in_area)), r.path)
                     WHEN true THEN 'yes' WHEN false THEN 'no' END
           END AS priority
    FROM days d
    CROSS JOIN ruled r
    LEFT JOIN numbered_individual i ON i.number = d.individual
    LEFT JOIN area a ON a.lsoa = i.attributes::jsonb->>'lsoa'
  ), counts AS (
    SELECT p.start, p.scope, j.priority,
           (count(DISTINCT p.individual) FILTER (WHERE p.role = 'child'))::int AS children,
           (count(DISTINCT p.individual) FILTER (WHERE p.role = 'adult'))::int AS adults,
           (count(DISTINCT p.family))::int AS families, 0 AS unlinkable, 0 AS referred
    FROM placed p LEFT JOIN judged j USING (individual)
    GROUP BY p.start, p.scope, j.priority
    UNION ALL
    SELECT start, scope, NULL, 0, 0, 0, unlinkable, referred FROM nobodys WHERE unlinkable + referred > 0
  )
  SELECT ${startOfAnswer}, scope, priority, (SELECT name FROM ruled),
         sum(children)::int, sum(adults)::int, sum(families)::int, sum(unlinkable)::int, sum(referred)::int
  FROM counts GROUP BY start, scope, priority
  ORDER BY start, scope COLLATE "C", priority COLLATE "C" NULLS LAST`,
  });

/**
 * Reach by whether people belong to the priority population of the definition, with what is held of them at the ledger
 * position. The rule has three values: what is not known makes it unknown, unless the rest decides.
 */
export const reachByPriority = reachByPriorityBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const reachByPriority1 = reachByPriorityBy(1, aloneIsFamily);
