import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { NameTable, NameTables } from '../name-tables.js';

interface Row {
  readonly id: string;
  readonly key_version: number;
  readonly bytes: Uint8Array;
}

const tableOf = ({ id, key_version, bytes }: Row): NameTable => ({ id, keyVersion: key_version, bytes });
const columns = `encode(id, 'hex') AS id, key_version, bytes`;

/** The table with this id; undefined if there is none. */
export async function readNameTable(pool: pg.Pool, id: string): Promise<NameTable | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT ${columns} FROM ledger.name_frequencies WHERE id = decode($1, 'hex')`,
    [id],
  );
  return rows[0] && tableOf(rows[0]);
}

/** Keeps tables of name frequencies with the linker's role. */
export class PostgresNameTables implements NameTables {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all(): Promise<readonly NameTable[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT ${columns} FROM ledger.name_frequencies ORDER BY id`,
    );
    return rows.map(tableOf);
  }

  async keep({ id, keyVersion, bytes }: NameTable): Promise<void> {
    await this.#pool.query(
      `INSERT INTO ledger.name_frequencies (id, key_version, digest, bytes) VALUES (decode($1, 'hex'), $2, $3, $4)
       ON CONFLICT (id) DO UPDATE
       SET key_version = excluded.key_version, digest = excluded.digest, bytes = excluded.bytes`,
      [id, keyVersion, createHash('sha256').update(bytes).digest(), Buffer.from(bytes)],
    );
  }

  async erase(id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `DELETE FROM ledger.name_frequencies WHERE id = decode($1, 'hex')`,
      [id],
    );
    return rowCount === 1;
  }
}
