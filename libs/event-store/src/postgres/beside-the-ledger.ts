import type pg from 'pg';
import type { Segment } from '../event-store.js';
import type { NameTable } from '../name-tables.js';
import { copiedRows, wholeNumber } from './copied-rows.js';
import { keyVersionOfNameTable, readNameTable } from './postgres-name-tables.js';
import { copiedSegment, copiedSegmentColumns } from './rows.js';

/** Reads segments and payloads, which are rows in PostgreSQL whichever store holds the events. */
export class BesideTheLedger {
  readonly #streams = new Map<string, number>();
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async readSegments(stream: string, from: number, to: number): Promise<Segment[]> {
    const number = await this.streamNumber(stream);
    if (number === undefined) return [];
    return copiedRows(
      this.#pool,
      `SELECT ${copiedSegmentColumns} FROM ledger.segment
       WHERE stream = ${wholeNumber(number)} AND revision BETWEEN ${wholeNumber(from)} AND ${wholeNumber(to)}
       ORDER BY revision`,
      copiedSegment,
    );
  }

  async countBodies(stream: string, to: number): Promise<number> {
    const number = await this.streamNumber(stream);
    if (number === undefined) return 0;
    const { rows } = await this.#pool.query<{ bodies: number }>(
      'SELECT coalesce(sum(bodies), 0)::float8 AS bodies FROM ledger.segment WHERE stream = $1 AND revision <= $2',
      [number, to],
    );
    return rows[0]?.bodies ?? 0;
  }

  async readPayload(digest: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#pool.query<{ bytes: Uint8Array }>(
      `SELECT bytes FROM ledger.payload WHERE digest = decode($1, 'hex')`,
      [digest],
    );
    return rows[0]?.bytes;
  }

  async readNameTable(stream: string, id: string): Promise<NameTable | undefined> {
    const number = await this.streamNumber(stream);
    return number === undefined ? undefined : readNameTable(this.#pool, number, id);
  }

  async keyVersionOfNameTable(stream: string, id: string): Promise<number | undefined> {
    const number = await this.streamNumber(stream);
    return number === undefined ? undefined : keyVersionOfNameTable(this.#pool, number, id);
  }

  /** A stream's number, once assigned, never changes. */
  async streamNumber(name: string): Promise<number | undefined> {
    const held = this.#streams.get(name);
    if (held !== undefined) return held;
    const { rows } = await this.#pool.query<{ stream: number }>(
      'SELECT stream FROM ledger.stream WHERE name = $1',
      [name],
    );
    const number = rows[0]?.stream;
    if (number !== undefined) this.#streams.set(name, number);
    return number;
  }
}
