import { defineFigure } from '../figure.js';
import { nameless } from './nameless.js';
import { inScopes, person, qualifying, startOfAnswer } from './qualifying.js';
import { reachColumns, reachColumns1 } from './reach-columns.js';

const { children, adults, families } = reachColumns;
const dimensions = {
  decile: { type: 'int', meaning: '1 is the most deprived tenth; null: residence unknown.' },
} as const;

const sqlOf = (expressions: string, counted: string, joined: string): string => `
  WITH ${qualifying}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE ${person}
  ), placed AS (
    SELECT DISTINCT start, scope, individual, family, role FROM ${inScopes('present')}
  )${expressions}
  SELECT ${startOfAnswer}, scope, a.deprivation_decile,
         (count(DISTINCT p.individual) FILTER (WHERE p.role = 'child'))::int,
         (count(DISTINCT p.individual) FILTER (WHERE p.role = 'adult'))::int,
         (count(DISTINCT p.family)${counted})::int
  FROM placed p${joined}
  LEFT JOIN numbered_individual i ON i.number = p.individual
  LEFT JOIN area a ON a.lsoa = i.attributes::jsonb->>'lsoa'
  GROUP BY start, scope, a.deprivation_decile
  ORDER BY start, scope COLLATE "C", a.deprivation_decile NULLS LAST`;

/** Reach by deprivation decile of the residence on record. Families are those of the same version’s reach. */
export const reachByDeprivation = defineFigure({
  id: 'reach-by-deprivation',
  version: 2,
  title: 'Unique reach by deprivation decile',
  closesWithQuarter: true,
  columns: { children, adults, families },
  dimensions,
  sql: sqlOf(
    `, ${nameless}`,
    ' FILTER (WHERE n.individual IS NULL)',
    '\n  LEFT JOIN nameless n ON n.individual = p.individual',
  ),
});

export const reachByDeprivation1 = defineFigure({
  id: 'reach-by-deprivation',
  version: 1,
  title: 'Unique reach by deprivation decile',
  closesWithQuarter: true,
  columns: { children, adults, families: reachColumns1.families },
  dimensions,
  sql: sqlOf('', '', ''),
});
