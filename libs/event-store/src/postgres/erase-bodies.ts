import { inTransaction, packBytes } from '@kinledger/database';
import type pg from 'pg';
import { byRevision, withoutRecords, type EnteredRecord } from '../segments.js';
import { segmentColumns, toSegment, type SegmentRow } from './rows.js';

/**
 * Permanently cuts the bodies of these records out of their segments, with the texts that only they used; deletes a
 * segment with no rows left. The ledger keeps ids and commitments, which reveal nothing without the body's salt.
 * Requires the eraser's role. Idempotent; returns the number of bodies erased.
 */
export async function eraseBodies(
  pool: pg.Pool,
  stream: string,
  records: readonly EnteredRecord[],
): Promise<number> {
  let erased = 0;
  for (const [revision, its] of byRevision(records)) {
    erased += await inTransaction(pool, (client) => eraseFrom(client, stream, revision, its));
  }
  return erased;
}

async function eraseFrom(
  client: pg.ClientBase,
  stream: string,
  revision: number,
  records: ReadonlySet<string>,
): Promise<number> {
  const at = 'stream = (SELECT stream FROM ledger.stream WHERE name = $1) AND revision = $2';
  const { rows } = await client.query<SegmentRow>({
    // Locked, so that a concurrent erasure of other records of the segment continues from the result.
    text: `SELECT ${segmentColumns} FROM ledger.segment WHERE ${at} FOR UPDATE`,
    values: [stream, revision],
    rowMode: 'array',
  });
  const [row] = rows;
  const cut = row === undefined ? undefined : withoutRecords(toSegment(row).bytes, records);
  if (cut === undefined) return 0;
  if (cut.bodies === 0) await client.query(`DELETE FROM ledger.segment WHERE ${at}`, [stream, revision]);
  else
    await client.query(`UPDATE ledger.segment SET bodies = $3, bytes = $4 WHERE ${at}`, [
      ...[stream, revision, cut.bodies],
      packBytes(cut.bytes),
    ]);
  return cut.erased;
}
