import { defineFigure } from '../figure.js';
import { inScopes, person, qualifying, startOfAnswer } from './qualifying.js';
import { reachColumns } from './reach-columns.js';

const { children, adults, families } = reachColumns;

/** Reach by deprivation decile of the residence on record. */
export const reachByDeprivation = defineFigure({
  id: 'reach-by-deprivation',
  version: 1,
  title: 'Unique reach by deprivation decile',
  closesWithQuarter: true,
  columns: { children, adults, families },
  dimensions: {
    decile: { type: 'int', meaning: '1 is the most deprived tenth; null: residence unknown.' },
  },
  sql: `
  WITH ${qualifying}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE ${person}
  ), placed AS (
    SELECT DISTINCT start, scope, individual, family, role FROM ${inScopes('present')}
  )
  SELECT ${startOfAnswer}, scope, a.deprivation_decile,
         (count(DISTINCT p.individual) FILTER (WHERE p.role = 'child'))::int,
         (count(DISTINCT p.individual) FILTER (WHERE p.role = 'adult'))::int,
         (count(DISTINCT p.family))::int
  FROM placed p
  LEFT JOIN numbered_individual i ON i.number = p.individual
  LEFT JOIN area a ON a.lsoa = i.attributes::jsonb->>'lsoa'
  GROUP BY start, scope, a.deprivation_decile
  ORDER BY start, scope COLLATE "C", a.deprivation_decile NULLS LAST`,
});
