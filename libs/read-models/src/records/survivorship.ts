import { ADDRESS_PROTECTED } from '@kinledger/contracts';
import type pg from 'pg';

/** The attribute that a protected address withholds. */
export const AREA = 'lsoa';

/** From the record that counts least to the one that counts most: what comes later overwrites. */
const leastFirst = 'd.authority DESC, r.as_of NULLS FIRST, s.period_start, r.row_key DESC';

/**
 * Brings the individuals in `touched` up to date, as a function of their live records and of nothing else. For each
 * attribute it takes the value of the record that ranks first: by the dataset’s authority (datasets outside the
 * authority order share one rank), then the latest event date, then the latest period, then row key (domain §4,
 * architecture §6). The role is that of the person record that ranks first, else of the fact that does; none once
 * nothing belongs to the individual, so that what an erased record said does not live on.
 * A protected address on any record withholds the area: no other service’s record gives it away.
 * An individual that stays as it is is not written: records never change, so that attributes of the same provenance are
 * the same.
 */
export async function refreshTouchedIndividuals(client: pg.ClientBase): Promise<void> {
  // The planner must know how few (or many) they are.
  await client.query('ANALYZE touched');
  // Laterally: each individual's few records are looked up in the index, whatever the planner believes of the tables.
  await client.query(`
    WITH best AS MATERIALIZED (
      SELECT t.individual_id,
             ${shown('said.attributes')} AS attributes, ${shown('said.provenance')} AS provenance,
             coalesce(said.role, ${roleOfFacts}, 'none') AS role
      FROM touched t
      CROSS JOIN LATERAL (
        SELECT merged(coalesce(ra.attributes, '{}') ORDER BY ${leastFirst}) AS attributes,
               merged(coalesce(p.provenance, '{}') ORDER BY ${leastFirst}) AS provenance,
               coalesce(bool_or(ra.attributes ? '${ADDRESS_PROTECTED}'), false) AS address_protected,
               (array_agg(r.role ORDER BY ${leastFirst}) FILTER (WHERE ${listsPeople}))
                 [(count(*) FILTER (WHERE ${listsPeople}))::int] AS role
        FROM record r
        JOIN dataset d USING (dataset)
        JOIN submission s USING (submission_id)
        LEFT JOIN record_attribute ra USING (record_id)
        CROSS JOIN LATERAL (
          SELECT jsonb_object_agg(name, replace(r.record_id::text, '-', '')) AS provenance
          FROM jsonb_object_keys(ra.attributes) AS name
        ) p
        WHERE r.individual_id = t.individual_id AND r.attributed
      ) said
    )
    UPDATE individual i
    SET attributes = best.attributes, provenance = best.provenance, role = best.role
    FROM best
    WHERE i.individual_id = best.individual_id
      AND (i.provenance <> best.provenance OR i.role <> best.role)`);
}

const listsPeople = `d.data_type = 'user'`;

const shown = (values: string) =>
  `CASE WHEN said.address_protected THEN ${values} - '${AREA}' ELSE ${values} END`;

/** Asked only where there is no person record: a person’s facts may be many. */
const roleOfFacts = `(
  SELECT r.role FROM record r JOIN dataset d USING (dataset) JOIN submission s USING (submission_id)
  WHERE r.individual_id = t.individual_id
  ORDER BY d.authority, r.as_of DESC NULLS LAST, s.period_start DESC, r.row_key LIMIT 1)`;
