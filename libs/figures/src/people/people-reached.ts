import type { FamilyRule } from '../reach/family-rule.js';
import { inScopes, person, qualifying } from '../reach/qualifying.js';

/**
 * SQL of the people reached, after `qualifying`: `placed` has a row for each quarter or period, scope, individual and role,
 * with the family; `nobodys` counts the rows of each scope that belong to nobody.
 */
export const peopleReached = (rule: FamilyRule): string => `
  ${qualifying(rule)}, present AS (
    SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE ${person}
  ), placed AS MATERIALIZED (
    SELECT DISTINCT start, scope, individual, family, role FROM ${inScopes('present')}
  ), nobodys AS (
    SELECT start, scope, (count(*) FILTER (WHERE reason = 'unlinkable'))::int AS unlinkable,
           (count(*) FILTER (WHERE reason = 'referred'))::int AS referred
    FROM ${inScopes(`(SELECT * FROM qualifying WHERE state = 'set-aside' AND role IN ('child', 'adult'))`)}
    GROUP BY start, scope
  )`;

/**
 * SQL of the day up to which a period or quarter that begins at `start` is known, which is its last; null for one without an
 * end.
 */
export const lastDay = `(least($2::date, CASE WHEN start > '-infinity' THEN (start + interval '3 months')::date END) - 1)`;

/**
 * SQL of the first and the last qualifying day of each individual in the period, in whatever scope, as `days` with
 * `individual`, `first_day` and `last_day`. What is asked of a person on such a day is one answer in every scope.
 */
export const daysOfPeople = (where = 'true') => `
  days AS (
    SELECT individual, min(as_of) AS first_day, max(as_of) AS last_day
    FROM numbered_record
    WHERE qualifying AND ${person} AND (${where})
      AND ($1::date IS NULL OR as_of >= $1::date) AND ($2::date IS NULL OR as_of < $2::date)
    GROUP BY individual
  )`;
