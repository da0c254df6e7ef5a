import type pg from 'pg';

/** From the record that counts least to the one that counts most: what comes later overwrites. */
const leastFirst = 'd.authority DESC, ra.as_of NULLS FIRST, s.period_start, s.sequence, r.row_key DESC';

/**
 * Brings the individuals in `touched` up to date: for each attribute the value of the record that ranks first among
 * their linked ones. Rank: the dataset's authority, then the latest event date, then the latest period, then row key
 * (domain §4, architecture §6). Never the order of arrival. Where no record says anything, an individual has the role
 * that it was registered with, and none once nothing belongs to it: what an erased record said does not live on.
 * An individual that stays as it is is not written.
 */
export async function refreshTouchedIndividuals(client: pg.ClientBase): Promise<void> {
  // The planner must know how few (or many) they are.
  await client.query('ANALYZE touched');
  // Laterally: each individual's few records are looked up in the index, whatever the planner believes of the tables.
  await client.query(`
    WITH best AS MATERIALIZED (
      SELECT t.individual_id, said.*,
             said.role IS NOT NULL
               OR EXISTS (SELECT FROM record r WHERE r.individual_id = t.individual_id) AS has_records
      FROM touched t
      CROSS JOIN LATERAL (
        SELECT merged(ra.attributes ORDER BY ${leastFirst}) AS attributes,
               merged(p.provenance ORDER BY ${leastFirst}) AS provenance,
               (array_agg(r.role ORDER BY ${leastFirst}))[count(*)::int] AS role
        FROM record r
        JOIN record_attribute ra USING (record_id)
        JOIN dataset d USING (dataset)
        JOIN submission s USING (submission_id)
        CROSS JOIN LATERAL (
          SELECT jsonb_object_agg(name, replace(r.record_id::text, '-', '')) AS provenance
          FROM jsonb_object_keys(ra.attributes) AS name
        ) p
        WHERE r.individual_id = t.individual_id AND r.attributed
      ) said
    )
    UPDATE individual i
    SET attributes = best.attributes, provenance = best.provenance, role = ${role}
    FROM best
    WHERE i.individual_id = best.individual_id
      AND (i.attributes <> best.attributes OR i.provenance <> best.provenance OR i.role <> ${role})`);
}

const role = `coalesce(best.role, CASE WHEN best.has_records THEN i.registered_as END, 'none')`;
