import { defineFigure } from '../figure.js';
import { aloneIsFamily, identifiedIsFamily, type FamilyRule } from './family-rule.js';
import { inScopes, person, qualifying, startOfAnswer } from './qualifying.js';
import { reachColumns } from './reach-columns.js';

const { children, adults, families } = reachColumns;

const reachByDeprivationBy = (version: number, rule: FamilyRule) =>
  defineFigure({
    id: 'reach-by-deprivation',
    version,
    title: 'Unique reach by deprivation decile',
    closesWithQuarter: true,
    columns: { children, adults, families },
    dimensions: {
      decile: { type: 'int', meaning: '1 is the most deprived tenth; null: residence unknown.' },
    },
    sql: `
  WITH ${qualifying(rule)}, present AS (
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

/** Reach by deprivation decile of the residence on record. */
export const reachByDeprivation = reachByDeprivationBy(2, identifiedIsFamily);
/** The same, where everybody in no family is a family of one. */
export const reachByDeprivation1 = reachByDeprivationBy(1, aloneIsFamily);
