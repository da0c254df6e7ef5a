import type { UploadId } from '@kinledger/contracts';
import type { Queryable } from '@kinledger/landing-store';

/** The run that holds a whole register, sorted. */
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
  // Bytes go as parameters of their own: in an array they would travel as hexadecimal text.
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

/** The only part becomes the whole. */
export async function makeWhole(client: Queryable, upload: UploadId, run: number): Promise<void> {
  await client.query(`UPDATE ingest.row_register SET run = ${WHOLE} WHERE upload = $1 AND run = $2`, [
    upload,
    run,
  ]);
}

export async function deleteParts(client: Queryable, upload: UploadId): Promise<void> {
  await client.query(`DELETE FROM ingest.row_register WHERE upload = $1 AND run <> ${WHOLE}`, [upload]);
}

/** Deletes the register of an upload that will never stand, or stands no more. Repeatable. */
export async function deleteRegister(client: Queryable, upload: UploadId): Promise<void> {
  await client.query('DELETE FROM ingest.row_register WHERE upload = $1', [upload]);
  await client.query('UPDATE ingest.upload SET rows_alone = NULL WHERE upload = $1', [upload]);
}

/**
 * Deletes registers of submissions in whose place others have stood for so many days. Such a submission can still come back,
 * when those are withdrawn: then nobody can say any more what it holds, and the answers say so.
 * @returns how many.
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
