import type pg from 'pg';

/**
 * Brings the individuals in `touched` up to date: for each attribute the value of the record that ranks first among
 * their linked ones. Rank: the dataset's authority, then the latest event date, then the latest period, then row key
 * (domain §4, architecture §6). Never the order of arrival.
 */
export async function refreshTouchedIndividuals(client: pg.ClientBase): Promise<void> {
  // The planner must know how few (or many) they are.
  await client.query('ANALYZE touched');
  await client.query(`
    WITH ranked AS (
      SELECT r.individual_id, a.key, a.value, r.record_id,
             row_number() OVER (
               PARTITION BY r.individual_id, a.key
               ORDER BY d.authority, ra.as_of DESC NULLS LAST, s.period_start DESC, s.sequence DESC, r.row_key
             ) AS place
      FROM touched t
      JOIN record r ON r.individual_id = t.individual_id AND r.state = 'linked'
      JOIN record_attribute ra USING (record_id)
      JOIN dataset d USING (dataset)
      JOIN submission s USING (submission_id)
      CROSS JOIN LATERAL (
        SELECT key, value FROM jsonb_each_text(ra.attributes) UNION ALL SELECT ':role', r.role
      ) a
    ), best AS (
      SELECT individual_id,
             jsonb_object_agg(key, value) FILTER (WHERE key <> ':role') AS attributes,
             jsonb_object_agg(key, replace(record_id::text, '-', '')) FILTER (WHERE key <> ':role') AS provenance,
             max(value) FILTER (WHERE key = ':role') AS role
      FROM ranked WHERE place = 1 GROUP BY individual_id
    )
    UPDATE individual i
    SET attributes = coalesce(b.attributes, '{}'), provenance = coalesce(b.provenance, '{}'), role = coalesce(b.role, i.role)
    FROM touched t LEFT JOIN best b USING (individual_id)
    WHERE i.individual_id = t.individual_id`);
}
