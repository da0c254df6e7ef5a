import { inTransaction, packBytes } from '@kinledger/database';
import type pg from 'pg';
import type { Segment } from '../event-store.js';
import {
  byRevision,
  cutsByRevision,
  withoutRecords,
  withoutTokens,
  type EnteredRecord,
  type TokenCuts,
} from '../segments.js';
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
    erased += await changeSegment(pool, stream, revision, ({ bytes }) => withoutRecords(bytes, its));
  }
  return erased;
}

/**
 * Permanently cuts tokens out of the rows of these records, with the texts that only they used. Requires the eraser's
 * role. Idempotent; returns the number of rows that lost tokens now.
 * @throws TokensDiffer if what remains of a row is not what the ledger states: its segment stays as it is.
 */
export async function eraseTokens(
  pool: pg.Pool,
  stream: string,
  records: readonly TokenCuts[],
): Promise<number> {
  let erased = 0;
  for (const [revision, its] of cutsByRevision(records)) {
    erased += await changeSegment(pool, stream, revision, (segment) => withoutTokens(segment, its));
  }
  return erased;
}

interface Changed extends Pick<Segment, 'bytes'> {
  readonly erased: number;
  /** Rows that are left; absent where they are as many as before. */
  readonly bodies?: number;
}

async function changeSegment(
  pool: pg.Pool,
  stream: string,
  revision: number,
  change: (segment: Segment) => Changed | undefined,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const at = 'stream = (SELECT stream FROM ledger.stream WHERE name = $1) AND revision = $2';
    const { rows } = await client.query<SegmentRow>({
      // Locked, so that a concurrent erasure of other records of the segment continues from the result.
      text: `SELECT ${segmentColumns} FROM ledger.segment WHERE ${at} FOR UPDATE`,
      values: [stream, revision],
      rowMode: 'array',
    });
    const [row] = rows;
    const segment = row === undefined ? undefined : toSegment(row);
    const changed = segment === undefined ? undefined : change(segment);
    if (segment === undefined || changed === undefined) return 0;
    const { bodies = segment.bodies, bytes, erased } = changed;
    if (bodies === 0) await client.query(`DELETE FROM ledger.segment WHERE ${at}`, [stream, revision]);
    else
      await client.query(`UPDATE ledger.segment SET bodies = $3, bytes = $4 WHERE ${at}`, [
        ...[stream, revision, bodies],
        packBytes(bytes),
      ]);
    return erased;
  });
}
