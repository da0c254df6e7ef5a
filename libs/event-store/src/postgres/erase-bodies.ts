import type pg from 'pg';

/**
 * Deletes the bodies of these records for ever; the ledger keeps ids and commitments, which without the body's salt
 * say nothing. Needs the eraser's role. Returns the number of bodies that went: repeating it is harmless.
 */
export async function eraseBodies(
  pool: pg.Pool,
  stream: string,
  records: readonly string[],
): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM ledger.record_body
     WHERE stream = (SELECT stream FROM ledger.stream WHERE name = $1) AND record = ANY($2::uuid[])`,
    [stream, records],
  );
  return rowCount ?? 0;
}
