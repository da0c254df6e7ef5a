import type pg from 'pg';
import { SILENT } from '../questions/question-line.js';

/**
 * Ends looks of which nobody can say any more what came of them: a crash of the database server empties the unlogged tables of
 * questions, and a service may be killed between a question's end and that of its looks.
 */
export class AbandonedLooks {
  readonly #pool: pg.Pool;
  /** All looks before this place in the trail have an outcome. */
  #from = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Ends those that no waiting question names, once they are too old for a question that is just being noted. */
  async end(): Promise<void> {
    await this.#pool.query(
      `INSERT INTO audit.look_outcome (look_id, outcome)
       SELECT look_id, 'stopped' FROM audit.look l
       WHERE look >= $1 AND via = 'service' AND asked_at < now() - ${SILENT}
         AND NOT EXISTS (SELECT FROM audit.look_outcome o WHERE o.look_id = l.look_id)
         AND NOT EXISTS (
           SELECT FROM operations.explanation e
           WHERE l.look_id IN (e.explanation_id, e.other_look) AND e.state IN ('waiting', 'running'))
         AND NOT EXISTS (
           SELECT FROM operations.review_examination x WHERE l.look_id = ANY (x.looks) AND x.state = 'waiting')
       ON CONFLICT DO NOTHING`,
      [this.#from],
    );
    const { rows } = await this.#pool.query<{ from: number }>(
      // A place that was given out may be written a moment after the next one.
      `SELECT coalesce(least(min(look), (SELECT max(look) + 1 FROM audit.look WHERE asked_at < now() - ${SILENT})), 0)::float8 AS from
       FROM audit.look l
       WHERE look >= $1 AND via = 'service' AND NOT EXISTS (SELECT FROM audit.look_outcome o WHERE o.look_id = l.look_id)`,
      [this.#from],
    );
    this.#from = rows[0]?.from ?? 0;
  }
}
