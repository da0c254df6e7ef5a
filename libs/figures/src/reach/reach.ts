import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from './family-rule.js';
import { inScopes, person, qualifying, startOfAnswer } from './qualifying.js';
import { reachColumns, reachColumns1 } from './reach-columns.js';
import { forCertain, toldApart } from './told-apart.js';

/** What a version counts beside the first one, as parts of its SQL, each after a comma. */
interface MoreCounts {
  readonly ofPeople: string;
  readonly toldApart: string;
  readonly certain: string;
  readonly ofShares: string;
  readonly ofDoubts: string;
  readonly counted: string;
  readonly answered: string;
}

const sqlOf = (rule: FamilyRule, more: MoreCounts): string => `
  WITH ${qualifying(rule)}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE state = 'linked'
  ), placed AS MATERIALIZED (
    SELECT DISTINCT start, scope, individual, family, role FROM ${inScopes('present')}
  ), people AS (
    SELECT start, scope,
           (count(DISTINCT individual) FILTER (WHERE role = 'child'))::int AS children,
           (count(DISTINCT individual) FILTER (WHERE role = 'adult'))::int AS adults,
           (count(DISTINCT family) FILTER (WHERE role IN ('child', 'adult')))::int AS families,
           (count(DISTINCT individual) FILTER (WHERE role IN ('child', 'adult')))::int AS individuals,
           (count(DISTINCT individual) FILTER (WHERE role IN ('practitioner', 'volunteer')))::int AS workforce${more.ofPeople}
    FROM placed GROUP BY start, scope
  ), set_aside AS (
    SELECT start, scope,
           (count(*) FILTER (WHERE reason = 'unlinkable' AND role IN ('child', 'adult')))::int AS unlinkable,
           (count(*) FILTER (WHERE reason = 'referred' AND role IN ('child', 'adult')))::int AS referred,
           (count(*) FILTER (WHERE reason = 'impersonal'))::int AS anonymous
    FROM ${inScopes(`(SELECT * FROM qualifying WHERE state = 'set-aside')`)}
    GROUP BY start, scope
  ), attended AS MATERIALIZED (
    SELECT * FROM qualifying WHERE ${person}
  ), ${toldApart(more.toldApart)}, somebodies AS MATERIALIZED (
    SELECT start, strand, service, individual, somebody${more.certain}, bool_or(born_alone) AS born_alone
    FROM told_apart GROUP BY start, strand, service, individual, somebody${more.certain}
  ), shares AS (
    SELECT start, scope, individual, count(DISTINCT somebody) AS people${more.ofShares}, bool_or(born_alone) AS born_alone
    FROM ${inScopes('somebodies')}
    GROUP BY start, scope, individual
  ), doubts AS (
    SELECT start, scope, sum(people - 1)::int AS indistinct${more.ofDoubts}, (count(*) FILTER (WHERE born_alone))::int AS by_birth_date_alone
    FROM shares GROUP BY start, scope
  ), related AS (
    SELECT DISTINCT a.start, a.scope, k.child
    FROM placed a JOIN numbered_relationship k ON k.kind = 'carer' AND k.other = a.individual
    WHERE a.role = 'adult'
  ), through_carer AS (
    SELECT start, scope, count(*)::int AS children FROM related c
    WHERE NOT EXISTS (
      SELECT FROM placed p WHERE p.individual = c.child AND p.scope = c.scope AND p.start = c.start AND p.role IN ('child', 'adult')
    )
    GROUP BY start, scope
  ), counts AS (
    SELECT start, scope, coalesce(p.children, 0) AS children, coalesce(p.adults, 0) AS adults,
           coalesce(p.families, 0) AS families, coalesce(p.individuals, 0) AS individuals,
           coalesce(t.children, 0) AS children_through_carer_only, coalesce(p.workforce, 0) AS workforce,
           coalesce(r.unlinkable, 0) AS unlinkable, coalesce(r.referred, 0) AS referred,
           coalesce(d.indistinct, 0) AS indistinct, coalesce(r.anonymous, 0) AS anonymous,
           coalesce(d.by_birth_date_alone, 0) AS by_birth_date_alone${more.counted}
    FROM people p
    FULL JOIN set_aside r USING (start, scope)
    LEFT JOIN doubts d USING (start, scope)
    LEFT JOIN through_carer t USING (start, scope)
  )
  SELECT ${startOfAnswer}, scope, children, adults, families, individuals, children_through_carer_only, workforce,
         unlinkable, referred, indistinct, individuals + unlinkable + referred + indistinct, anonymous, by_birth_date_alone${more.answered}
  FROM counts ORDER BY start, scope COLLATE "C"`;

const nothingMore: MoreCounts = {
  ...{ ofPeople: '', toldApart: '', certain: '', ofShares: '', ofDoubts: '', counted: '', answered: '' },
};

const boundsToo: MoreCounts = {
  ofPeople: `,
           (count(DISTINCT individual) FILTER (WHERE role IN ('child', 'adult') AND family IS NULL))::int AS family_unknown,
           (count(DISTINCT family) FILTER (WHERE role IN ('child', 'adult') AND family > 0))::int AS related_families`,
  toldApart: forCertain,
  certain: ', for_certain',
  ofShares: ', count(DISTINCT for_certain) AS certainly',
  ofDoubts: `,
           (CASE WHEN (SELECT definition->'strategy'->>'name' FROM programme) = 'leap-1' THEN 0
                 ELSE sum(certainly - people) END)::int AS joined_by_score`,
  counted: `,
           coalesce(p.family_unknown, 0) AS family_unknown, coalesce(p.related_families, 0) AS related_families,
           coalesce(d.joined_by_score, 0) AS joined_by_score`,
  answered: `,
         family_unknown, related_families, families + family_unknown + unlinkable + referred + indistinct, joined_by_score`,
};

/**
 * Distinct people and families with at least one qualifying engagement (domain §5), the rows that could be one more
 * person each, and how many more people the rows of an individual could be. Reads the rows of the read models once for
 * all of these.
 */
export const reach = defineFigure({
  id: 'reach',
  version: 2,
  title: 'Unique reach',
  closesWithQuarter: true,
  columns: reachColumns,
  dimensions: {},
  sql: sqlOf(identifiedIsFamily, boundsToo),
});

/** The same, where everybody in no family is a family of one, and families have no bounds. */
export const reach1 = defineFigure({
  id: 'reach',
  version: 1,
  title: 'Unique reach',
  closesWithQuarter: true,
  columns: reachColumns1,
  dimensions: {},
  sql: sqlOf(aloneIsFamily, nothingMore),
});
