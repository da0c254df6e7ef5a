import type pg from 'pg';

/** Reach of one quarter for one scope; the same definitions as `reach`. */
export interface QuarterReach {
  /** First day of the financial quarter, yyyy-mm-dd. */
  readonly start: string;
  readonly children: number;
  readonly adults: number;
  readonly families: number;
  readonly individuals: number;
  readonly unlinkable: number;
}

/** Whose reach: the whole programme, one strand or one service. */
export type ReachScope =
  | { readonly kind: 'programme' }
  | { readonly kind: 'strand'; readonly id: string }
  | { readonly kind: 'service'; readonly id: string };

/**
 * Reach of every quarter in which anything happened, earliest first, in one pass. A financial quarter is a calendar
 * quarter under another name. Lifetime reach is not the sum of these.
 */
export async function reachByQuarter(
  client: pg.ClientBase,
  schema: string,
  scope: ReachScope,
): Promise<readonly QuarterReach[]> {
  const { rows } = await client.query<QuarterReach>(
    `SELECT to_char(date_trunc('quarter', e.event_date), 'YYYY-MM-DD') AS start,
            (count(DISTINCT r.individual_id) FILTER (WHERE r.state = 'linked' AND r.role = 'child'))::int AS children,
            (count(DISTINCT r.individual_id) FILTER (WHERE r.state = 'linked' AND r.role = 'adult'))::int AS adults,
            (count(DISTINCT coalesce(f.family_id, r.individual_id)) FILTER (WHERE r.state = 'linked' AND r.role IN ('child', 'adult')))::int AS families,
            (count(DISTINCT r.individual_id) FILTER (WHERE r.state = 'linked' AND r.role IN ('child', 'adult')))::int AS individuals,
            (count(*) FILTER (WHERE r.state = 'set-aside' AND r.reason = 'unlinkable' AND r.role IN ('child', 'adult')))::int AS unlinkable
     FROM ${schema}.engagement e
     JOIN ${schema}.record r USING (record_id)
     JOIN ${schema}.dataset d ON d.dataset = r.dataset
     JOIN ${schema}.service s ON s.service = d.service
     LEFT JOIN ${schema}.family_member f ON f.scope = 'programme' AND f.individual_id = r.individual_id
     WHERE e.qualifying AND r.state <> 'retired'
       AND ($1::text IS NULL OR s.strand = $1) AND ($2::text IS NULL OR s.service = $2)
     GROUP BY 1 ORDER BY 1`,
    [scope.kind === 'strand' ? scope.id : null, scope.kind === 'service' ? scope.id : null],
  );
  return rows;
}
