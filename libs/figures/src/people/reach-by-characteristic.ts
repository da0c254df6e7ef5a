import { defineFigure } from '../figure.js';
import { aloneIsFamily } from '../reach/family-rule.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { adults, children, referredWhereUnknown, unlinkableWhereUnknown } from './people-columns.js';
import { daysOfPeople, lastDay, peopleReached } from './people-reached.js';

/** SQL of the age in whole years on a day of somebody born in a month; on the last day of a month it is exact. */
export const ageOn = (day: string, birthMonth: string) =>
  `floor((extract(year FROM ${day}) * 12 + extract(month FROM ${day})
          - left(${birthMonth}, 4)::int * 12 - right(${birthMonth}, 2)::int) / 12.0)::int`;

/** SQL of the band of an age: single years of young children, then five years each, as in population estimates. */
const bandOf = (
  age: string,
) => `CASE WHEN ${age} IS NULL THEN NULL WHEN ${age} < 0 THEN 'before-birth' WHEN ${age} < 5 THEN (${age})::text
              WHEN ${age} < 50 THEN (${age} / 5 * 5) || '-' || (${age} / 5 * 5 + 4) ELSE '50+' END`;

/** SQL of whom a figure counts in a quarter or period, as `person`: what is held of them, their age, and the scopes that they came to. */
export const personsSaid = `person AS MATERIALIZED (
    -- Most people are in the same few scopes as many others, so that a set of scopes is counted once.
    SELECT p.start, p.individual, p.role, p.scopes, i.attributes::jsonb AS said,
           CASE WHEN i.attributes::jsonb->>'birthMonth' ~ '^\\d{4}-\\d{2}$' THEN
             ${ageOn(`coalesce(${lastDay}, first_day)`, `i.attributes::jsonb->>'birthMonth'`)} END AS age
    FROM (SELECT start, individual, role, array_agg(DISTINCT scope) AS scopes FROM placed GROUP BY start, individual, role) p
    LEFT JOIN numbered_individual i ON i.number = p.individual
    LEFT JOIN days USING (individual)
  )`;

/**
 * SQL of the value that each person has of each characteristic, as `valued`, after `person`.
 * @param columns of a person `p` that it keeps
 */
export const valuesBy = (columns: string): string => `valued AS (
    SELECT ${columns}, c.characteristic,
           CASE WHEN p.said->>c.attribute IS NOT NULL THEN coalesce(c.groups->>(p.said->>c.attribute), p.said->>c.attribute)
                WHEN NOT p.role = ANY (c.roles) THEN 'not-applicable' END AS value
    FROM person p CROSS JOIN characteristic c
    UNION ALL
    SELECT ${columns}, v.characteristic, v.value
    FROM person p
    LEFT JOIN area a ON a.lsoa = p.said->>'lsoa'
    CROSS JOIN LATERAL (VALUES
      ('ageBand', ${bandOf('p.age')}),
      ('deprivationDecile', a.deprivation_decile::text),
      ('deprivationQuintile', ((a.deprivation_decile + 1) / 2)::text),
      ('lsoa', p.said->>'lsoa'),
      ('ward', CASE WHEN p.said->>'lsoa' IS NOT NULL THEN coalesce(a.ward, 'no-ward') END)
    ) AS v (characteristic, value)
    WHERE v.characteristic <> 'ward' OR EXISTS (SELECT FROM area WHERE ward IS NOT NULL)
  )`;

/**
 * Reach by each characteristic that the programme’s definition has files of people ask for, and by those that follow from
 * the birth month and the residence. Everybody has one value of each characteristic, so that its rows add up to reach.
 */
export const reachByCharacteristic = defineFigure({
  id: 'reach-by-characteristic',
  version: 1,
  title: 'Unique reach by characteristic',
  columns: { children, adults, unlinkable: unlinkableWhereUnknown, referred: referredWhereUnknown },
  dimensions: {
    characteristic: {
      type: 'text',
      meaning:
        'An attribute of the definition’s files of people, such as gender, or ageBand, deprivationDecile, deprivationQuintile, lsoa, ward.',
    },
    value: {
      type: 'text',
      meaning:
        'A coded value; not-stated and not-known if the source says so; not-applicable to a role that is not asked and gave none; no-ward of an LSOA without one; null if nothing is recorded.',
    },
  },
  sql: `
  WITH ${peopleReached(aloneIsFamily)}, ${daysOfPeople('$2::date IS NULL')}, ${personsSaid}, ${valuesBy('p.start, p.scopes, p.role')}, in_sets AS (
    SELECT start, scopes, role, characteristic, value, count(*) AS people
    FROM valued GROUP BY start, scopes, role, characteristic, value
  ), counts AS (
    SELECT start, scope, characteristic, value, sum(people) FILTER (WHERE role = 'child') AS children,
           sum(people) FILTER (WHERE role = 'adult') AS adults, 0 AS unlinkable, 0 AS referred
    FROM in_sets CROSS JOIN LATERAL unnest(scopes) AS scope
    GROUP BY start, scope, characteristic, value
    UNION ALL
    SELECT n.start, n.scope, c.characteristic, NULL, 0, 0, n.unlinkable, n.referred
    FROM nobodys n
    CROSS JOIN (SELECT characteristic FROM characteristic UNION ALL
                VALUES ('ageBand'), ('deprivationDecile'), ('deprivationQuintile'), ('lsoa') UNION ALL
                SELECT 'ward' WHERE EXISTS (SELECT FROM area WHERE ward IS NOT NULL)) c
    WHERE n.unlinkable + n.referred > 0
  )
  SELECT ${startOfAnswer}, scope, characteristic, value,
         coalesce(sum(children), 0)::int, coalesce(sum(adults), 0)::int, sum(unlinkable)::int, sum(referred)::int
  FROM counts GROUP BY start, scope, characteristic, value
  ORDER BY start, scope COLLATE "C", characteristic COLLATE "C", value COLLATE "C" NULLS LAST`,
});
