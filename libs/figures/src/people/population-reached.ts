import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { ageOn } from './reach-by-characteristic.js';
import { rounded, shownOf } from '../statistics/derived.js';
import { peopleReached } from './people-reached.js';

const counted = (meaning: string) =>
  ({ unit: 'people', disclosure: 'protected', meaning }) as const satisfies CountColumn;

export const populationColumns = {
  inPopulation: counted('People (or families) of the population on its reference date.'),
  reached: counted('Of the same definition, those with a qualifying engagement in the scope and period.'),
  notReached: counted('inPopulation − reached; 0 where more were reached than the population has.'),
  beyondPopulation: counted(
    'reached − inPopulation where that is above 0: people moved, or the edition counts otherwise, so that a share would exceed 100 %.',
  ),
  reachedOfUnknownAge: counted(
    'Reached people who would count if their birth month, which is not known, says so.',
  ),
} as const;

/** SQL of the rows by area and as a whole of a table with lsoa, deprivation_decile and ward. */
const byArea = (home: string) => `CROSS JOIN LATERAL (VALUES ('all', 'all'), ('lsoa', ${home}.lsoa),
      ('deprivationDecile', ${home}.deprivation_decile::text),
      ('deprivationQuintile', ((${home}.deprivation_decile + 1) / 2)::text),
      ('ward', CASE WHEN ${home}.lsoa IS NOT NULL THEN coalesce(${home}.ward, 'no-ward') END)) AS v (characteristic, value)`;
/** A programme that names no wards has no rows of wards. */
const hasWards = `(characteristic <> 'ward' OR EXISTS (SELECT FROM area WHERE ward IS NOT NULL))`;

const populationReachedBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'population-reached',
    version,
    title: 'Population, reached and not reached',
    columns: populationColumns,
    derived: {
      reachedPercent: {
        unit: 'per cent',
        meaning: 'reached as a share of inPopulation; above 100 where beyondPopulation is above 0.',
        of: (row) => {
          const shown = shownOf(row, ['reached', 'inPopulation']);
          return shown === undefined || shown.inPopulation === 0
            ? null
            : rounded((100 * shown.reached) / shown.inPopulation, 1);
        },
      },
    },
    dimensions: {
      population: { type: 'text', meaning: 'A population of the definition.' },
      edition: {
        type: 'text',
        meaning: 'Edition of the table, or the dataset that lists the people, with the reference date.',
      },
      characteristic: {
        type: 'text',
        meaning: 'all, lsoa, ward, deprivationDecile, deprivationQuintile, or a characteristic.',
      },
      value: {
        type: 'text',
        meaning: 'all, or a value as in reach-by-characteristic; null if it is not known.',
      },
    },
    sql: `
  WITH ${peopleReached(rule)}, populations AS MATERIALIZED (
    SELECT p.value->>'id' AS population, CASE p.value->>'of' WHEN 'children' THEN 'child' WHEN 'adults' THEN 'adult' END AS role,
           (p.value->>'agedUnder')::int AS aged_under, (p.value->>'on')::date AS on_day, p.value->'source'->'rows' AS table_rows,
           p.value->'source'->>'dataset' AS dataset,
           coalesce(p.value->'source'->>'edition', p.value->'source'->>'dataset') || ', ' || (p.value->>'on') AS edition
    FROM programme CROSS JOIN jsonb_array_elements(programme.definition->'populations') AS p (value)
  ), somebody AS MATERIALIZED (
    -- Everybody of an age that one of the populations is of, and those whose age is not known.
    SELECT p.population, i.number AS individual, ${rule.ofIndividual('i.number')} AS family, i.attributes::jsonb AS said, aged.is_known
    FROM populations p CROSS JOIN numbered_individual i
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = i.number${rule.joined('i.number')}
    CROSS JOIN LATERAL (SELECT coalesce(i.attributes::jsonb->>'birthMonth' ~ '^\\d{4}-\\d{2}$', false) AS has_month) AS born
    CROSS JOIN LATERAL (SELECT CASE WHEN born.has_month THEN ${ageOn('p.on_day', `i.attributes::jsonb->>'birthMonth'`)} END AS age) AS old
    CROSS JOIN LATERAL (SELECT p.aged_under IS NULL OR born.has_month AS is_known) AS aged
    WHERE p.aged_under IS NULL OR old.age IS NULL OR (old.age >= 0 AND old.age < p.aged_under)
  ), listed AS MATERIALIZED (
    SELECT DISTINCT p.population, r.individual, r.role
    FROM populations p
    JOIN numbered_dataset n ON n.dataset = p.dataset
    JOIN numbered_record r ON r.dataset = n.number
    WHERE r.state = 'linked' AND r.role IN ('child', 'adult') AND (p.role IS NULL OR r.role = p.role)
  ), tabled AS (
    SELECT p.population, t.value->>'lsoa' AS lsoa, (t.value->>'count')::int AS people, a.deprivation_decile, a.ward
    FROM populations p CROSS JOIN jsonb_array_elements(p.table_rows) AS t (value)
    LEFT JOIN area a ON a.lsoa = t.value->>'lsoa'
  ), of_table AS (
    SELECT population, characteristic, value, sum(people) AS people FROM tabled ${byArea('tabled')} WHERE ${hasWards} GROUP BY 1, 2, 3
  ), valued AS MATERIALIZED (
    SELECT s.population, s.individual, s.family, s.is_known, v.characteristic,
           -- Whose residence is not known may live where the table counts nobody.
           CASE WHEN p.dataset IS NOT NULL OR s.said->>'lsoa' IS NOT NULL THEN v.value END AS value
    FROM somebody s LEFT JOIN area a ON a.lsoa = s.said->>'lsoa'
    LEFT JOIN tabled t ON t.population = s.population AND t.lsoa = s.said->>'lsoa'
    JOIN populations p ON p.population = s.population
    CROSS JOIN LATERAL (SELECT s.said->>'lsoa' AS lsoa, a.deprivation_decile, a.ward) AS home ${byArea('home')}
    -- Who lives where the table has nobody is of another population.
    WHERE ${hasWards} AND CASE WHEN p.dataset IS NULL THEN t.lsoa IS NOT NULL OR s.said->>'lsoa' IS NULL
      ELSE EXISTS (SELECT FROM listed l WHERE l.population = s.population AND l.individual = s.individual) END
    UNION ALL
    SELECT s.population, s.individual, s.family, s.is_known, c.characteristic,
           CASE WHEN s.said->>c.attribute IS NOT NULL THEN coalesce(c.groups->>(s.said->>c.attribute), s.said->>c.attribute)
                WHEN NOT l.role = ANY (c.roles) THEN 'not-applicable' END
    FROM somebody s JOIN listed l USING (population, individual) CROSS JOIN characteristic c
  ), of_source AS (
    SELECT v.population, v.characteristic, v.value, count(DISTINCT CASE WHEN p.role IS NULL THEN v.family ELSE v.individual END) AS people
    FROM valued v JOIN populations p USING (population)
    WHERE p.dataset IS NOT NULL AND v.is_known GROUP BY 1, 2, 3
  ), came AS (
    SELECT p.start, p.scope, v.population, v.characteristic, v.value,
           count(DISTINCT CASE WHEN o.role IS NULL THEN v.family ELSE v.individual END) FILTER (WHERE v.is_known) AS reached,
           count(DISTINCT CASE WHEN o.role IS NULL THEN v.family ELSE v.individual END) FILTER (WHERE NOT v.is_known) AS of_unknown_age
    FROM placed p JOIN valued v USING (individual) JOIN populations o USING (population)
    WHERE o.role IS NULL OR p.role = o.role
    GROUP BY 1, 2, 3, 4, 5
  ), expected AS (
    SELECT q.start, q.scope, e.*
    FROM (SELECT DISTINCT start, scope FROM placed) q CROSS JOIN (SELECT * FROM of_table UNION ALL SELECT * FROM of_source) e
  ), compared AS (
    SELECT coalesce(e.start, c.start) AS start, coalesce(e.scope, c.scope) AS scope, coalesce(e.population, c.population) AS population,
           coalesce(e.characteristic, c.characteristic) AS characteristic, coalesce(e.value, c.value) AS value,
           coalesce(e.people, 0)::int AS people, coalesce(c.reached, 0)::int AS reached, coalesce(c.of_unknown_age, 0)::int AS of_unknown_age
    FROM expected e
    FULL JOIN came c ON c.start = e.start AND c.scope = e.scope AND c.population = e.population
      AND c.characteristic = e.characteristic AND coalesce(c.value, '') = coalesce(e.value, '')
  )
  SELECT ${startOfAnswer}, scope, population, p.edition, characteristic, value, people, reached, greatest(people - reached, 0),
         CASE WHEN value IS NULL AND p.dataset IS NULL THEN 0 ELSE greatest(reached - people, 0) END, of_unknown_age
  FROM compared JOIN populations p USING (population)
  ORDER BY start, scope COLLATE "C", population COLLATE "C", characteristic COLLATE "C", value COLLATE "C" NULLS LAST`,
  });

/**
 * Whom the programme could have reached and did not, for each population of the definition: a supplied table by area, or the
 * people whom an administrative source lists, by area and by characteristic.
 */
export const populationReached = populationReachedBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const populationReached1 = populationReachedBy(1, aloneIsFamily);
