import type pg from 'pg';
import { toldApart } from './told-apart.js';

/** Reach of one quarter for one scope; the same definitions as `reach`. */
export interface QuarterReach {
  /** First day of the financial quarter, yyyy-mm-dd. */
  readonly start: string;
  readonly children: number;
  readonly adults: number;
  readonly families: number;
  readonly individuals: number;
  readonly unlinkable: number;
  readonly referred: number;
  readonly indistinct: number;
  /** individuals + unlinkable + referred + indistinct. */
  readonly upperBound: number;
}

/** Whose reach: the whole programme, one strand or one service. */
export type ReachScope =
  | { readonly kind: 'programme' }
  | { readonly kind: 'strand'; readonly id: string }
  | { readonly kind: 'service'; readonly id: string };

/** Qualifying engagements of a scope by the quarter that they fall in. $1 is a strand, $2 a service; null for any. */
const qualifying = (schema: string) => `
  SELECT to_char(date_trunc('quarter', e.event_date), 'YYYY-MM-DD') AS start, r.*,
         r.role IN ('child', 'adult') AS beneficiary
  FROM ${schema}.engagement e
  JOIN ${schema}.record r USING (record_id)
  JOIN ${schema}.dataset d ON d.dataset = r.dataset
  JOIN ${schema}.service s ON s.service = d.service
  WHERE e.qualifying AND r.state <> 'retired'
    AND ($1::text IS NULL OR s.strand = $1) AND ($2::text IS NULL OR s.service = $2)`;

const person = `state = 'linked' AND beneficiary`;

const counts = (schema: string) => `
  SELECT start,
         (count(DISTINCT q.individual_id) FILTER (WHERE ${person} AND role = 'child'))::int AS children,
         (count(DISTINCT q.individual_id) FILTER (WHERE ${person} AND role = 'adult'))::int AS adults,
         (count(DISTINCT coalesce(f.family_id, q.individual_id)) FILTER (WHERE ${person}))::int AS families,
         (count(DISTINCT q.individual_id) FILTER (WHERE ${person}))::int AS individuals,
         (count(*) FILTER (WHERE state = 'set-aside' AND reason = 'unlinkable' AND beneficiary))::int AS unlinkable,
         (count(*) FILTER (WHERE state = 'set-aside' AND reason = 'referred' AND beneficiary))::int AS referred
  FROM (${qualifying(schema)}) q
  LEFT JOIN ${schema}.family_member f ON f.scope = 'programme' AND f.individual_id = q.individual_id
  GROUP BY start ORDER BY start`;

const indistinctPeople = (schema: string) => `
  WITH attended AS MATERIALIZED (SELECT * FROM (${qualifying(schema)}) q WHERE ${person}), ${toldApart(schema)},
  people AS (
    SELECT start, count(DISTINCT somebody) AS people FROM told_apart GROUP BY start, individual_id
  )
  SELECT start, sum(people - 1)::int AS indistinct FROM people GROUP BY start`;

/**
 * Reach of every quarter in which anything happened, earliest first, in two passes. A financial quarter is a calendar
 * quarter under another name. Lifetime reach is not the sum of these.
 */
export async function reachByQuarter(
  client: pg.ClientBase,
  schema: string,
  scope: ReachScope,
): Promise<readonly QuarterReach[]> {
  const bounds = [scope.kind === 'strand' ? scope.id : null, scope.kind === 'service' ? scope.id : null];
  const { rows } = await client.query<Omit<QuarterReach, 'indistinct' | 'upperBound'>>(
    counts(schema),
    bounds,
  );
  const doubts = await client.query<Pick<QuarterReach, 'start' | 'indistinct'>>(
    indistinctPeople(schema),
    bounds,
  );
  const indistinctIn = new Map(doubts.rows.map(({ start, indistinct }) => [start, indistinct]));
  return rows.map((row) => {
    const indistinct = indistinctIn.get(row.start) ?? 0;
    return { ...row, indistinct, upperBound: row.individuals + row.unlinkable + row.referred + indistinct };
  });
}
