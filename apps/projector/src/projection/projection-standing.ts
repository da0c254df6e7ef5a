import type pg from 'pg';

/** Readers see ages in minutes, so there is no need to write more often. */
const EVERY_MS = 10_000;

/** Records, for readers, when the live read models were last at the ledger's end. */
export class ProjectionStanding {
  #notedAt = Number.NEGATIVE_INFINITY;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Records that the read models are at the ledger's end now. */
  async current(): Promise<void> {
    if (performance.now() - this.#notedAt < EVERY_MS) return;
    this.#notedAt = performance.now();
    await this.#pool.query('UPDATE operations.projection SET current_at = clock_timestamp()').catch(() => {
      // Try again next time; another check reports an unavailable database.
      this.#notedAt = Number.NEGATIVE_INFINITY;
    });
  }
}
