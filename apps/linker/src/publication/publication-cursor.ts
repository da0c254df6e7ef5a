import type pg from 'pg';

/** Up to where a programme's ledger is published: durable, and never decreasing. */
export interface PublicationCursor {
  /** Revision of the closing event of the last published decision; -1 if there is none. */
  position(programme: string): Promise<number>;
  advance(programme: string, position: number): Promise<void>;
}

/**
 * Has the ledger's decisions, and the replies to commands, published from the beginning again: what was published is
 * gone with its topics, and consumers of what others have lost know repeats by their ids.
 */
export async function publishFromTheBeginning(client: pg.ClientBase): Promise<void> {
  await client.query('UPDATE linker.publication SET position = -1');
  await client.query(`UPDATE linker.command SET answered = false WHERE state <> 'waiting'`);
}

/** The cursor in the linker's schema of the platform database. */
export class PostgresPublicationCursor implements PublicationCursor {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async position(programme: string): Promise<number> {
    const { rows } = await this.#pool.query<{ position: number }>(
      'SELECT position FROM linker.publication WHERE programme = $1',
      [programme],
    );
    return rows[0]?.position ?? -1;
  }

  async advance(programme: string, position: number): Promise<void> {
    await this.#pool.query(
      `INSERT INTO linker.publication AS known (programme, position) VALUES ($1, $2)
       ON CONFLICT (programme) DO UPDATE SET position = excluded.position WHERE known.position < excluded.position`,
      [programme, position],
    );
  }
}

/** A cursor in memory only. */
export class InMemoryPublicationCursor implements PublicationCursor {
  readonly #positions = new Map<string, number>();

  async position(programme: string): Promise<number> {
    return this.#positions.get(programme) ?? -1;
  }

  async advance(programme: string, position: number): Promise<void> {
    this.#positions.set(programme, Math.max(position, await this.position(programme)));
  }
}
