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

/** The table of a ledger with this id; undefined if there is none. @param stream its number */
export async function readNameTable(
  pool: pg.Pool,
  stream: number,
  id: string,
): Promise<NameTable | undefined> {
  const { rows } = await pool.query<Row>(
    `SELECT ${columns} FROM ledger.name_frequencies WHERE stream = $1 AND id = decode($2, 'hex')`,
    [stream, id],
  );
  return rows[0] && tableOf(rows[0]);
}

/** The version of that table’s key, without its bytes: whoever holds them asks often. @param stream its number */
export async function keyVersionOfNameTable(
  pool: pg.Pool,
  stream: number,
  id: string,
): Promise<number | undefined> {
  const { rows } = await pool.query<Pick<Row, 'key_version'>>(
    `SELECT key_version FROM ledger.name_frequencies WHERE stream = $1 AND id = decode($2, 'hex')`,
    [stream, id],
  );
  return rows[0]?.key_version;
}

/** Keeps tables of name frequencies with the linker's role. */
export class PostgresNameTables implements NameTables {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all(stream: string): Promise<readonly NameTable[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT ${columns} FROM ledger.name_frequencies JOIN ledger.stream USING (stream) WHERE name = $1 ORDER BY id`,
      [stream],
    );
    return rows.map(tableOf);
  }

  /** @throws Error if there is no such ledger. */
  async keep(stream: string, { id, keyVersion, bytes }: NameTable): Promise<void> {
    const { rows } = await this.#pool.query<{ stream: number }>(
      'SELECT stream FROM ledger.stream WHERE name = $1',
      [stream],
    );
    const [found] = rows;
    if (found === undefined) throw new Error(`there is no ledger ${stream} to which a table could belong`);
    await this.#pool.query(
      `INSERT INTO ledger.name_frequencies AS kept (stream, id, key_version, digest, bytes)
       VALUES ($1, decode($2, 'hex'), $3, $4, $5)
       ON CONFLICT (stream, id) DO UPDATE
       SET key_version = excluded.key_version, digest = excluded.digest, bytes = excluded.bytes
       WHERE kept.key_version <= excluded.key_version`,
      [found.stream, id, keyVersion, createHash('sha256').update(bytes).digest(), Buffer.from(bytes)],
    );
  }

  async erase(stream: string, id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `DELETE FROM ledger.name_frequencies
       WHERE stream = (SELECT s.stream FROM ledger.stream s WHERE s.name = $1) AND id = decode($2, 'hex')`,
      [stream, id],
    );
    return rowCount === 1;
  }
}
