import type pg from 'pg';

/** From the record that counts least to the one that counts most: what comes later overwrites. */
const leastFirst = 'd.authority DESC, ra.as_of NULLS FIRST, s.period_start, s.sequence, r.row_key DESC';

/**
 * Brings the individuals in `touched` up to date: for each attribute the value of the record that ranks first among
 * their linked ones. Rank: the dataset's authority, then the latest event date, then the latest period, then row key
 * (domain §4, architecture §6). Never the order of arrival. An individual that stays as it is is not written.
 */
export async function refreshTouchedIndividuals(client: pg.ClientBase): Promise<void> {
  // The planner must know how few (or many) they are.
  await client.query('ANALYZE touched');
  await client.query(`
    WITH best AS (
      SELECT r.individual_id,
             merged(ra.attributes ORDER BY ${leastFirst}) AS attributes,
             merged(p.provenance ORDER BY ${leastFirst}) AS provenance,
             (array_agg(r.role ORDER BY ${leastFirst}))[count(*)::int] AS role
      FROM touched t
      JOIN record r ON r.individual_id = t.individual_id AND r.state = 'linked'
      JOIN record_attribute ra USING (record_id)
      JOIN dataset d USING (dataset)
      JOIN submission s USING (submission_id)
      CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(name, replace(r.record_id::text, '-', '')) AS provenance
        FROM jsonb_object_keys(ra.attributes) AS name
      ) p
      GROUP BY r.individual_id
    ), refreshed AS (
      SELECT t.individual_id, coalesce(b.attributes, '{}') AS attributes, coalesce(b.provenance, '{}') AS provenance, b.role
      FROM touched t LEFT JOIN best b USING (individual_id)
    )
    UPDATE individual i
    SET attributes = n.attributes, provenance = n.provenance, role = coalesce(n.role, i.role)
    FROM refreshed n
    WHERE i.individual_id = n.individual_id
      AND (i.attributes <> n.attributes OR i.provenance <> n.provenance OR i.role <> n.role)`);
}

/**
 * Gives individuals that lost a record to an erasure, and have no attributes from any other, the role of their oldest
 * record: what an erased one said of it may not live on, nor could a rebuild know it.
 */
export async function settleRoles(client: pg.ClientBase, individuals: readonly string[]): Promise<void> {
  if (individuals.length === 0) return;
  await client.query(
    `UPDATE individual i
     SET role = coalesce(
       (SELECT r.role FROM record r WHERE r.individual_id = i.individual_id ORDER BY r.entered LIMIT 1), 'none')
     WHERE i.individual_id = ANY ($1::uuid[]) AND NOT EXISTS (
       SELECT FROM record r JOIN record_attribute USING (record_id) WHERE r.individual_id = i.individual_id)`,
    [individuals],
  );
}
