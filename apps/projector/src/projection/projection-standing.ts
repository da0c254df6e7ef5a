import type pg from 'pg';

/** A reader is told of an age in minutes: more often than this it need not be written. */
const EVERY_MS = 10_000;

/** Notes when the live read models hold all of the ledger, for those who read them. */
export class ProjectionStanding {
  #notedAt = Number.NEGATIVE_INFINITY;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** They do now. */
  async current(): Promise<void> {
    if (performance.now() - this.#notedAt < EVERY_MS) return;
    this.#notedAt = performance.now();
    await this.#pool.query('UPDATE operations.projection SET current_at = clock_timestamp()').catch(() => {
      // Next time, then: a database that is away is told by its own check.
      this.#notedAt = Number.NEGATIVE_INFINITY;
    });
  }
}
