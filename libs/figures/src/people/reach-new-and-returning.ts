import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from '../reach/family-rule.js';
import { inScopes } from '../reach/qualifying.js';
import { referred, unlinkable } from './people-columns.js';

const counted = (unit: CountColumn['unit'], meaning: string) =>
  ({ unit, disclosure: 'protected', meaning }) as const satisfies CountColumn;

export const newAndReturningColumns = {
  newChildren: counted(
    'people',
    'Children whose first qualifying engagement ever in the scope is in the period.',
  ),
  newAdults: counted(
    'people',
    'Adults whose first qualifying engagement ever in the scope is in the period.',
  ),
  newIndividuals: counted(
    'people',
    'Distinct individuals whose first qualifying engagement in the scope is in the period.',
  ),
  newFamilies: counted(
    'families',
    'Reporting families none of whose present members had a qualifying engagement in the scope before the period.',
  ),
  returningChildren: counted('people', 'Children of the period’s reach who came to the scope before it.'),
  returningAdults: counted('people', 'Adults of the period’s reach who came to the scope before it.'),
  returningIndividuals: counted(
    'people',
    'Distinct individuals of the period’s reach who came to the scope before it.',
  ),
  returningFamilies: counted('families', 'Families of the period’s reach that came to the scope before it.'),
  lifetimeChildren: counted(
    'people',
    'Children with a qualifying engagement in the scope until the period’s end.',
  ),
  lifetimeAdults: counted(
    'people',
    'Adults with a qualifying engagement in the scope until the period’s end.',
  ),
  lifetimeIndividuals: counted('people', 'Distinct individuals with one until the period’s end.'),
  lifetimeFamilies: counted('families', 'Reporting families with one until the period’s end.'),
  unlinkable,
  referred,
} as const;

/** SQL of a count of each kind, in the order of the columns. */
const ofEachKind = (column: string, prefix: string) =>
  (['child', 'adult', 'individual', 'family'] as const).map(
    (kind) => `coalesce(sum(${column}) FILTER (WHERE kind = '${kind}'), 0)::int AS ${prefix}_${kind}`,
  );
const names = (prefix: string) =>
  ['child', 'adult', 'individual', 'family'].map((kind) => `${prefix}_${kind}`);

const reachNewAndReturningBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'reach-new-and-returning',
    version,
    title: 'New and returning people, and lifetime reach',
    columns: newAndReturningColumns,
    dimensions: {},
    sql: `
  WITH ${rule.expressions}ever AS MATERIALIZED (
    SELECT DISTINCT
           CASE WHEN r.as_of < $1::date THEN NULL
                WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start,
           s.strand, s.service, r.individual, r.role,
           ${rule.comment}${rule.ofIndividual('r.individual')} AS family
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = r.individual${rule.joined('r.individual')}
    WHERE r.qualifying AND r.state = 'linked' AND r.role IN ('child', 'adult')
      AND ($2::date IS NULL OR r.as_of < $2::date)
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)
  ), seen AS (
    SELECT DISTINCT scope, kind, entity, start
    FROM (SELECT scope, start, individual, role, family FROM ${inScopes('ever')}) AS placed
    CROSS JOIN LATERAL (VALUES (role, individual), ('individual', individual), ('family', family)) AS counted (kind, entity)${rule.isKnown('entity')}
  ), ordered AS (
    SELECT scope, kind, start,
           row_number() OVER (PARTITION BY scope, kind, entity ORDER BY start NULLS FIRST) = 1 AS is_first
    FROM seen
  ), by_kind AS MATERIALIZED (
    SELECT scope, kind, start, count(*) FILTER (WHERE is_first) AS firsts, count(*) FILTER (WHERE NOT is_first) AS again
    FROM ordered GROUP BY scope, kind, start
  ), set_aside AS (
    SELECT start, scope, (count(*) FILTER (WHERE reason = 'unlinkable'))::int AS unlinkable,
           (count(*) FILTER (WHERE reason = 'referred'))::int AS referred
    FROM ${inScopes(`(
      SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start,
             s.strand, s.service, r.reason
      FROM numbered_record r
      JOIN numbered_dataset n ON n.number = r.dataset
      JOIN dataset d ON d.dataset = n.dataset
      JOIN service s ON s.service = d.service
      WHERE r.qualifying AND r.state = 'set-aside' AND r.role IN ('child', 'adult')
        AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date))`)}
    GROUP BY start, scope
  ), starts AS (
    -- A quarter in which nobody came to a scope has lifetime reach too, whichever scopes are asked for.
    SELECT '-infinity'::date AS start WHERE $3 <> 'quarter'
    UNION ALL
    SELECT generate_series(date_trunc('quarter', min(as_of)), date_trunc('quarter', max(as_of)), interval '3 months')::date
    FROM numbered_record
    WHERE $3 = 'quarter' AND qualifying AND state <> 'retired' AND role IN ('child', 'adult')
      AND ($1::date IS NULL OR as_of >= $1::date) AND ($2::date IS NULL OR as_of < $2::date)
  ), within AS (
    SELECT scope, start, ${[...ofEachKind('firsts', 'new'), ...ofEachKind('again', 'returning')].join(', ')}
    FROM by_kind WHERE start IS NOT NULL GROUP BY scope, start
  ), lifetime AS (
    SELECT b.scope, t.start, ${ofEachKind('b.firsts', 'lifetime').join(', ')}
    FROM by_kind b JOIN starts t ON b.start IS NULL OR b.start <= t.start
    GROUP BY b.scope, t.start
  ), counts AS (
    SELECT scope, start, ${[
      ...names('new'),
      ...names('returning'),
      ...names('lifetime'),
      'unlinkable',
      'referred',
    ]
      .map((name) => `coalesce(${name}, 0) AS ${name}`)
      .join(', ')}
    FROM lifetime FULL JOIN within USING (scope, start) FULL JOIN set_aside USING (scope, start)
  )
  SELECT to_char(nullif(start, '-infinity'), 'YYYY-MM-DD'), scope,
         ${[...names('new'), ...names('returning'), ...names('lifetime')].join(', ')}, unlinkable, referred
  FROM counts ORDER BY start, scope COLLATE "C"`,
  });

/**
 * Who came for the first time, who came again, and how many have come until then. `start` is null for what was before the
 * period: the earliest row of somebody is its first, and the order of the ledger changes nothing.
 */
export const reachNewAndReturning = reachNewAndReturningBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const reachNewAndReturning1 = reachNewAndReturningBy(1, aloneIsFamily);
