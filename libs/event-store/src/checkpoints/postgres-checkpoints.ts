import type pg from 'pg';
import {
  checkpointDiffers,
  HASH_BYTES,
  type Checkpoints,
  type KeptNote,
  type LastCheckpoint,
  type NewCheckpoint,
} from './checkpoints.js';

/** Checkpoints in the table `ledger.checkpoint` (migration platform/0080), whose rows no role may change. */
export class PostgresCheckpoints implements Checkpoints {
  readonly #pool: pg.Pool;

  /** @param pool connects to the database `platform` as the linker. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async add(stream: string, { size, note, frontier, leaves }: NewCheckpoint): Promise<void> {
    const { rowCount } = await this.#pool.query(
      `INSERT INTO ledger.checkpoint (stream, size, note, frontier, leaves) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (stream, size) DO NOTHING`,
      [stream, size, note, frontier, leaves],
    );
    if (rowCount === 1) return;
    const [there] = await this.notesAfter(stream, size - 1, 1);
    if (there?.size !== size || Buffer.compare(there.note, note) !== 0) throw checkpointDiffers(stream, size);
  }

  async last(stream: string): Promise<LastCheckpoint | undefined> {
    const { rows } = await this.#pool.query<LastCheckpoint>(
      `SELECT size, note, frontier, signed_at AS "signedAt" FROM ledger.checkpoint
       WHERE stream = $1 ORDER BY size DESC LIMIT 1`,
      [stream],
    );
    return rows[0];
  }

  async notesAfter(stream: string, size: number, limit: number): Promise<KeptNote[]> {
    const { rows } = await this.#pool.query<KeptNote>(
      'SELECT size, note FROM ledger.checkpoint WHERE stream = $1 AND size > $2 ORDER BY size LIMIT $3',
      [stream, size, limit],
    );
    return rows;
  }

  async leaves(stream: string, from: number, to: number): Promise<(Uint8Array | undefined)[]> {
    const found: (Uint8Array | undefined)[] = Array.from({ length: Math.max(0, to - from) }, () => undefined);
    const { rows } = await this.#pool.query<{ first: number; leaves: Buffer }>(
      `SELECT greatest(first, $2) AS first,
              substring(leaves FROM (greatest(first, $2) - first)::int * ${HASH_BYTES} + 1
                               FOR (least(size, $3) - greatest(first, $2))::int * ${HASH_BYTES}) AS leaves
       FROM (SELECT size, size - octet_length(leaves) / ${HASH_BYTES} AS first, leaves
             FROM ledger.checkpoint WHERE stream = $1 AND size > $2) AS kept
       WHERE first < $3`,
      [stream, from, to],
    );
    for (const { first, leaves } of rows) {
      for (let at = 0; at < leaves.length; at += HASH_BYTES) {
        found[first - from + at / HASH_BYTES] = leaves.subarray(at, at + HASH_BYTES);
      }
    }
    return found;
  }
}
