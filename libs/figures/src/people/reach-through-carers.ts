import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { aloneIsFamily } from '../reach/family-rule.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { peopleReached } from './people-reached.js';

const children = (meaning: string) =>
  ({
    unit: 'people',
    disclosure: 'protected',
    mayChangeBy: 'children',
    meaning,
  }) as const satisfies CountColumn;

export const throughCarersColumns = {
  withCarer: children('Children reached themselves, with a carer who was reached in the scope as an adult.'),
  carerNotReached: children(
    'Children reached themselves who have a known carer, none of whom was reached in the scope.',
  ),
  noKnownCarer: children('Children reached themselves of whom no row names a carer who is known.'),
  throughCarerOnly: children('Children not reached themselves whose carer was. Not part of reach.'),
} as const;

/** How children were reached: themselves, with their carer, or through the carer alone. */
export const reachThroughCarers = defineFigure({
  id: 'reach-through-carers',
  version: 1,
  title: 'Children reached themselves and through a carer',
  columns: throughCarersColumns,
  dimensions: {},
  sql: `
  WITH ${peopleReached(aloneIsFamily)}, child AS (
    SELECT DISTINCT start, scope, individual FROM placed WHERE role = 'child'
  ), related AS (
    SELECT DISTINCT p.start, p.scope, k.child AS individual
    FROM (SELECT DISTINCT start, scope, individual FROM placed WHERE role = 'adult') p
    JOIN numbered_relationship k ON k.kind = 'carer' AND k.other = p.individual
  ), cared AS (
    SELECT DISTINCT child AS individual FROM numbered_relationship WHERE kind = 'carer'
  ), attended AS (
    SELECT DISTINCT start, scope, individual FROM placed
  ), told AS (
    SELECT c.start, c.scope,
           CASE WHEN r.individual IS NOT NULL THEN 1 WHEN k.individual IS NOT NULL THEN 2 ELSE 3 END AS way
    FROM child c LEFT JOIN related r USING (start, scope, individual) LEFT JOIN cared k USING (individual)
    UNION ALL
    SELECT r.start, r.scope, 4 FROM related r LEFT JOIN attended a USING (start, scope, individual) WHERE a.individual IS NULL
  )
  SELECT ${startOfAnswer}, scope, ${[1, 2, 3, 4].map((way) => `(count(*) FILTER (WHERE way = ${way}))::int`).join(', ')}
  FROM told GROUP BY start, scope ORDER BY start, scope COLLATE "C"`,
});
