import { createHash, randomUUID } from 'node:crypto';
import { inTransaction, packBytes, unpackBytes } from '@kinledger/database';
import type pg from 'pg';
import { snapshotDamaged, type SnapshotGround, type Snapshots, type StoredSnapshot } from './snapshots.js';

const MAX_PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Snapshots in tables of the linker. Each piece is written by a statement of its own, so that a process stopped halfway
 * holds no lock; a discarded snapshot accepts no further pieces, and is never completed.
 */
export class PostgresSnapshots implements Snapshots {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async newest(programme: string): Promise<StoredSnapshot | undefined> {
    const { rows } = await this.#pool.query<WholeSnapshot>(
      'SELECT id, ground, pieces, digest FROM linker.snapshot WHERE programme = $1 AND digest IS NOT NULL',
      [programme],
    );
    const [whole] = rows;
    return whole && { ground: whole.ground, pieces: () => this.#piecesOf(whole) };
  }

  async write(
    programme: string,
    ground: SnapshotGround,
    fill: (take: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const id = randomUUID();
    await this.#pool.query('INSERT INTO linker.snapshot (id, programme, ground) VALUES ($1, $2, $3)', [
      id,
      programme,
      ground,
    ]);
    const digest = createHash('sha256');
    let pieces = 0;
    try {
      await fill(async (piece) => {
        const packed = packBytes(piece);
        digest.update(packed);
        await this.#pool.query(
          'INSERT INTO linker.snapshot_piece (snapshot, piece, bytes) VALUES ($1, $2, $3)',
          [id, pieces, packed],
        );
        pieces += 1;
      });
      await this.#replace(programme, id, pieces, digest.digest('hex'));
    } catch (error) {
      await this.#pool.query('DELETE FROM linker.snapshot WHERE id = $1', [id]).catch(() => undefined);
      throw error;
    }
  }

  async discard(programme: string): Promise<void> {
    await this.#pool.query('DELETE FROM linker.snapshot WHERE programme = $1', [programme]);
  }

  async #replace(programme: string, id: string, pieces: number, digest: string): Promise<void> {
    await inTransaction(this.#pool, async (client) => {
      await client.query('DELETE FROM linker.snapshot WHERE programme = $1 AND id <> $2', [programme, id]);
      const { rowCount } = await client.query(
        'UPDATE linker.snapshot SET pieces = $2, digest = $3 WHERE id = $1',
        [id, pieces, digest],
      );
      if (rowCount !== 1) throw new Error('the snapshot was discarded while it was written');
    });
  }

  async *#piecesOf({ id, pieces, digest }: WholeSnapshot): AsyncGenerator<Uint8Array> {
    const read = createHash('sha256');
    for (let piece = 0; piece < pieces; piece += 1) {
      const { rows } = await this.#pool.query<{ bytes: Buffer }>(
        'SELECT bytes FROM linker.snapshot_piece WHERE snapshot = $1 AND piece = $2',
        [id, piece],
      );
      const [row] = rows;
      if (row === undefined) throw snapshotDamaged();
      read.update(row.bytes);
      yield unpacked(row.bytes);
    }
    if (read.digest('hex') !== digest) throw snapshotDamaged();
  }
}

interface WholeSnapshot {
  readonly id: string;
  readonly ground: SnapshotGround;
  readonly pieces: number;
  readonly digest: string;
}

function unpacked(bytes: Buffer): Buffer {
  try {
    return unpackBytes(bytes, MAX_PIECE_BYTES);
  } catch {
    throw snapshotDamaged();
  }
}
