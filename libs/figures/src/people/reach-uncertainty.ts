import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { identifiedIsFamily } from '../reach/family-rule.js';
import { inScopes, person, startOfAnswer } from '../reach/qualifying.js';
import { forCertain, toldApart } from '../reach/told-apart.js';
import { individuals } from './people-columns.js';
import { daysOfPeople, peopleReached } from './people-reached.js';
import { personsSaid, valuesBy } from './reach-by-characteristic.js';

const counted = (unit: 'people' | 'rows', meaning: string) =>
  ({ unit, disclosure: 'protected', meaning }) as const satisfies CountColumn;

export const uncertaintyColumns = {
  individuals,
  doubleCountingRemoved: counted(
    'people',
    'Counts that adding up the services of the scope would count again: people of the group who used several.',
  ),
  unlinkable: counted(
    'rows',
    'Qualifying rows of children and adults of the scope without a usable identifier; each may be one more person of the group.',
  ),
  referred: counted(
    'rows',
    'Qualifying rows of children and adults of the scope that wait for review; each may be one more person of the group.',
  ),
  awaitingReview: counted(
    'people',
    'Pairs of individuals of the scope, one of them at least of the group, of whom a person is asked whether they are one.',
  ),
  withoutIdentifier: counted(
    'people',
    'Individuals of the group of whom no row has an identifier; each may be somebody else who is counted.',
  ),
  indistinct: counted('people', 'Additional people whom the individuals’ rows could be about, as in reach.'),
  atLeast: counted(
    'people',
    'individuals − withoutIdentifier − awaitingReview, and 0 at least; of everybody 1 at least if anybody is counted. It takes for granted that what is held of the group is right and that no other link is missing: kinledger quality says how many are.',
  ),
  atMost: counted(
    'people',
    'individuals + indistinct + unlinkable + referred. It leaves out people counted under null, not-known or not-stated, of whom each may belong to any group. It takes links by a score, and what is held of the group, to be right: atMost + joinedByScore takes no score on trust.',
  ),
  joinedByScore: counted(
    'people',
    'Additional people at most, if every link by a score were wrong, as in reach. atMost leaves them out.',
  ),
} as const;

/**
 * How certain reach is, of everybody and of each group by characteristic: what was counted once instead of twice, what nobody is counted for, and
 * between which numbers the group’s people are.
 */
export const reachUncertainty = defineFigure({
  id: 'reach-uncertainty',
  version: 1,
  title: 'How certain reach is, by characteristic',
  columns: uncertaintyColumns,
  dimensions: {
    characteristic: {
      type: 'text',
      meaning:
        'all, or a characteristic as in reach-by-characteristic, but lsoa and deprivationDecile, whose groups are too small for bounds.',
    },
    value: { type: 'text', meaning: 'all, or a value as in reach-by-characteristic.' },
  },
  sql: `
  WITH ${peopleReached(identifiedIsFamily)}, ${daysOfPeople('$2::date IS NULL')}, ${personsSaid}, ${valuesBy('p.start, p.individual')}, grouped AS MATERIALIZED (
    SELECT start, individual, characteristic, value FROM valued WHERE characteristic NOT IN ('lsoa', 'deprivationDecile')
    UNION ALL
    SELECT start, individual, 'all', 'all' FROM person
  ), attended AS MATERIALIZED (
    SELECT * FROM qualifying WHERE ${person}
  ), ${toldApart(forCertain)}, somebodies AS (
    SELECT DISTINCT start, strand, service, individual, somebody, for_certain FROM told_apart
  ), shares AS MATERIALIZED (
    SELECT start, scope, individual, count(DISTINCT service) - 1 AS again, count(DISTINCT somebody) - 1 AS indistinct,
           count(DISTINCT for_certain) - count(DISTINCT somebody) AS by_score
    FROM ${inScopes('somebodies')}
    GROUP BY start, scope, individual
  ), pair AS MATERIALIZED (
    SELECT DISTINCT least(a.individual, b.individual) AS one, greatest(a.individual, b.individual) AS other
    FROM referral r
    CROSS JOIN LATERAL unnest(r.candidates) AS candidate (record_id)
    JOIN numbered_record a ON a.record_id = r.subject AND a.state = 'linked'
    JOIN numbered_record b ON b.record_id = candidate.record_id AND b.state = 'linked'
    WHERE a.individual <> b.individual
  ), asked AS (
    -- Of two people of different groups who are one, either group may have one fewer.
    SELECT s.start, s.scope, g.characteristic, g.value, count(DISTINCT (p.one, p.other)) AS pairs
    FROM pair p
    JOIN shares s ON s.individual = p.one
    JOIN shares t ON t.individual = p.other AND t.start = s.start AND t.scope = s.scope
    CROSS JOIN LATERAL (VALUES (p.one), (p.other)) AS either (individual)
    JOIN grouped g ON g.individual = either.individual AND g.start = s.start
    GROUP BY 1, 2, 3, 4
  ), counts AS (
    SELECT s.start, s.scope, g.characteristic, g.value, count(*) AS individuals, sum(s.again) AS again,
           count(nameless.individual) AS without, sum(s.indistinct) AS indistinct, sum(s.by_score) AS by_score, 0 AS pairs
    FROM shares s JOIN grouped g USING (start, individual) LEFT JOIN nameless USING (individual)
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT start, scope, characteristic, value, 0, 0, 0, 0, 0, pairs FROM asked
    UNION ALL
    SELECT start, scope, 'all', 'all', 0, 0, 0, 0, 0, 0 FROM nobodys WHERE unlinkable + referred > 0
  ), summed AS (
    SELECT start, scope, characteristic, value, sum(individuals)::int AS individuals, sum(again)::int AS again, sum(without)::int AS without,
           sum(indistinct)::int AS indistinct, sum(pairs)::int AS pairs,
           CASE WHEN (SELECT definition->'strategy'->>'name' FROM programme) = 'leap-1' THEN 0 ELSE sum(by_score)::int END AS by_score
    FROM counts GROUP BY start, scope, characteristic, value
  )
  SELECT ${startOfAnswer}, scope, characteristic, value, individuals, again, coalesce(unlinkable, 0), coalesce(referred, 0), pairs, without,
         indistinct, greatest(individuals - without - pairs, CASE WHEN characteristic = 'all' THEN least(individuals, 1) ELSE 0 END),
         individuals + indistinct + coalesce(unlinkable, 0) + coalesce(referred, 0), by_score
  FROM summed LEFT JOIN nobodys USING (start, scope)
  ORDER BY start, scope COLLATE "C", characteristic COLLATE "C", value COLLATE "C" NULLS LAST`,
});
