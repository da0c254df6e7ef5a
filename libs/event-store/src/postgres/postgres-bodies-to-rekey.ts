import { packBytes } from '@kinledger/database';
import type pg from 'pg';
import {
  bodiesChanged,
  SEGMENTS_PER_PAGE,
  type BodiesToRekey,
  type MarkedSegment,
} from '../bodies-to-rekey.js';
import { segmentColumns, toSegment, type SegmentRow } from './rows.js';

const THIS_STREAM = '(SELECT stream FROM ledger.stream WHERE name = $1)';

/** Requires the eraser's role. */
export class PostgresBodiesToRekey implements BodiesToRekey {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async page(stream: string, after: number, upTo: number): Promise<MarkedSegment[]> {
    const { rows } = await this.#pool.query<[...SegmentRow, mark: string]>({
      name: 'ledger-segments-to-rekey',
      text: `SELECT ${segmentColumns}, encode(sha256(bytes), 'hex') FROM ledger.segment
             WHERE stream = ${THIS_STREAM} AND revision > $2 AND revision <= $3
             ORDER BY revision LIMIT ${SEGMENTS_PER_PAGE}`,
      values: [stream, after, upTo],
      rowMode: 'array',
    });
    return rows.map(([revision, bodies, base64, mark]) => ({
      revision,
      bytes: toSegment([revision, bodies, base64]).bytes,
      mark,
    }));
  }

  /** One statement: the segments are few and large. */
  async replace(stream: string, segments: readonly MarkedSegment[]): Promise<void> {
    if (segments.length === 0) return;
    const given = segments.map((_, index) => {
      const first = 2 + index * 3;
      return `($${first}::bigint, $${first + 1}::text, $${first + 2}::bytea)`;
    });
    const { rows } = await this.#pool.query<{ replaced: number }>(
      `WITH given (revision, mark, bytes) AS (VALUES ${given.join(', ')}),
            held AS (SELECT segment.revision, given.bytes FROM ledger.segment JOIN given USING (revision)
                     WHERE stream = ${THIS_STREAM} AND encode(sha256(segment.bytes), 'hex') = given.mark
                     FOR UPDATE OF segment),
            changed AS (UPDATE ledger.segment SET bytes = held.bytes FROM held
                        WHERE stream = ${THIS_STREAM} AND segment.revision = held.revision
                          AND (SELECT count(*) FROM held) = ${segments.length}
                        RETURNING 1)
       SELECT count(*)::int AS replaced FROM changed`,
      [stream, ...segments.flatMap(({ revision, mark, bytes }) => [revision, mark, packBytes(bytes)])],
    );
    if (rows[0]?.replaced !== segments.length) throw bodiesChanged(stream);
  }
}
