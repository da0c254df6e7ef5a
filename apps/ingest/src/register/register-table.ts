import type { UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** The run that contains a whole register, sorted. */
export const WHOLE = 0;

/** Writes pages of one run, in order, in one statement. */
export async function insertPages(
  client: Queryable,
  upload: UploadId,
  run: number,
  firstPage: number,
  pages: readonly Buffer[],
): Promise<void> {
  if (pages.length === 0) return;
  // Each page is a parameter of its own: in an array, bytes would be sent as hexadecimal text.
  const rows = pages.map((_, index) => `($1, $2::int, $3::int + ${index}, $${index + 4}::bytea)`);
  await client.query(
    `INSERT INTO ingest.row_register (upload, run, page, entries) VALUES ${rows.join(', ')}`,
    [upload, run, firstPage, ...pages],
  );
}

export async function readPages(
  client: Queryable,
  upload: UploadId,
  run: number,
  from: number,
  limit: number,
): Promise<readonly Buffer[]> {
  const { rows } = await client.query<{ entries: Buffer }>(
    'SELECT entries FROM ingest.row_register WHERE upload = $1 AND run = $2 AND page >= $3 ORDER BY page LIMIT $4',
    [upload, run, from, limit],
  );
  return rows.map(({ entries }) => entries);
}

/** Turns the only run into the whole register. */
export async function markComplete(client: Queryable, upload: UploadId, run: number): Promise<void> {
  await client.query(`UPDATE ingest.row_register SET run = ${WHOLE} WHERE upload = $1 AND run = $2`, [
    upload,
    run,
  ]);
}

export async function deleteParts(client: Queryable, upload: UploadId): Promise<void> {
  await client.query(`DELETE FROM ingest.row_register WHERE upload = $1 AND run <> ${WHOLE}`, [upload]);
}

/** Deletes the register of an upload that will never stand, or no longer stands. Idempotent. */
export async function deleteRegister(client: Queryable, upload: UploadId): Promise<void> {
  await client.query('DELETE FROM ingest.row_register WHERE upload = $1', [upload]);
  await client.query('UPDATE ingest.upload SET rows_alone = NULL WHERE upload = $1', [upload]);
}

/**
 * Deletes registers of submissions that others superseded at least this many days ago. If those are withdrawn, such a
 * submission stands again without a register: its rows can then no longer be compared, and the API says so.
 * @returns the number of registers deleted.
 */
export async function deleteSuperseded(client: Queryable, days: number): Promise<number> {
  const { rows } = await client.query<{ upload: UploadId }>(
    `UPDATE ingest.upload u SET rows_alone = NULL
     FROM ingest.submission s
     WHERE u.upload = s.upload AND u.rows_alone IS NOT NULL
       AND EXISTS (SELECT FROM ingest.submission later
                   WHERE later.dataset = s.dataset AND later.period = s.period AND later.withdrawn_at IS NULL
                     AND s.submission = ANY (later.supersedes)
                     AND later.accepted_at < now() - $1 * interval '1 day')
     RETURNING u.upload`,
    [days],
  );
  await client.query('DELETE FROM ingest.row_register WHERE upload = ANY ($1)', [
    rows.map(({ upload }) => upload),
  ]);
  return rows.length;
}
