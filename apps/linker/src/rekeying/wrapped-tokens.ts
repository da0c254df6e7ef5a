import type pg from 'pg';

/** The pseudonymiser's answer to one request. */
export interface WrappedTokens {
  readonly request: string;
  /** Version of the newest token key. */
  readonly newest: number;
  readonly sealed: Uint8Array | undefined;
}

/**
 * Keeps answers until the linker that asked takes them: any member of the linker's group may receive one. Answers that
 * nobody takes are useless, because their linker is gone, and are deleted after an hour.
 */
export class WrappedTokensTable {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async keep(answers: readonly WrappedTokens[]): Promise<void> {
    if (answers.length === 0) return;
    const given = answers.map((_, index) => {
      const first = 1 + index * 3;
      return `($${first}::uuid, $${first + 1}::int, $${first + 2}::bytea)`;
    });
    await this.#pool.query(
      `INSERT INTO linker.wrapped_tokens (request, newest, sealed) VALUES ${given.join(', ')} ON CONFLICT DO NOTHING`,
      answers.flatMap(({ request, newest, sealed }) => [request, newest, sealed ?? null]),
    );
  }

  /** Takes the answers to these requests that are there. */
  async take(requests: readonly string[]): Promise<WrappedTokens[]> {
    const { rows } = await this.#pool.query<{ request: string; newest: number; sealed: Buffer | null }>(
      'DELETE FROM linker.wrapped_tokens WHERE request = ANY ($1::uuid[]) RETURNING request, newest, sealed',
      [requests],
    );
    return rows.map(({ sealed, ...rest }) => ({ ...rest, sealed: sealed ?? undefined }));
  }

  async forgetOld(): Promise<void> {
    await this.#pool.query(`DELETE FROM linker.wrapped_tokens WHERE answered_at < now() - interval '1 hour'`);
  }
}
