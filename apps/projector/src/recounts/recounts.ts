import { instantSql } from '@kinledger/database';
import { randomBytes } from 'node:crypto';
import { lastClosedAt, type EventStore } from '@kinledger/event-store';
import type { PeriodCode, ProgrammeId } from '@kinledger/contracts';
import { Problem } from '@kinledger/service-kit';
import type { RemedyOf } from '@kinledger/figures';
import type pg from 'pg';
import { closedQuarter } from './closed-quarter.js';
import { compareQuarter } from './compare-quarter.js';
import { reproduceQuarter, type Reproduction } from './reproduce-quarter.js';

export interface RecountsOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly programme: ProgrammeId;
  readonly pool: pg.Pool;
  /** For a closed quarter whose own remedy is not kept. */
  readonly remedy: RemedyOf;
  readonly onError: (error: unknown) => void;
}

/** Computing a quarter again, under way or done. */
export interface Recount {
  readonly id: string;
  readonly kind: 'reproduction' | 'restatement';
  readonly period: string;
  /** Which closing of the quarter; null where none is at the earlier position of a comparison. */
  readonly edition: number | null;
  readonly askedBy: string;
  readonly startedAt: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly position: number;
  /** The position at which it ends. */
  readonly head: number;
  readonly result: object | null;
  readonly reason: string | null;
}

/** A recount without its result. */
export interface ListedRecount extends Omit<Recount, 'result'> {
  /** Of a reproduction that is done. */
  readonly outcome: Reproduction['outcome'] | null;
}

export interface RestatementAsked {
  readonly period: PeriodCode;
  readonly edition?: number | undefined;
  readonly then: number | undefined;
  readonly now: number | undefined;
}

// A reproduction without an edition was asked for while a quarter had one alone.
const edition = `coalesce((asked ->> 'edition')::int, CASE kind WHEN 'reproduction' THEN 1 END)`;
const listedColumns = `replace(recount_id::text, '-', '') AS id, kind, asked ->> 'period' AS period, ${edition} AS edition, asked_by AS "askedBy",
  ${instantSql('started_at')} AS "startedAt", state,
  position::float8 AS position, head::float8 AS head, reason`;
const recountColumns = `${listedColumns}, result`;
const KEPT = 20;
const PROGRESS_EVERY_MS = 300;

/** Computes closed quarters again, one at a time: two would only compete. */
export class Recounts {
  #computing = false;
  /** Ends when every recount that began has been computed and its result written. */
  #ended: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();
  readonly #options: RecountsOptions;

  constructor(options: RecountsOptions) {
    this.#options = options;
  }

  /**
   * Starts to reproduce a quarter, by default in its latest edition, and returns at once.
   * @throws Problem 404 where it is not closed, 409 where its figures are not computed yet or a recount runs.
   */
  async reproduce(period: PeriodCode, by: string, asked?: number): Promise<Recount> {
    const quarter = await closedQuarter(this.#options, period, asked);
    if (quarter === undefined) throw notClosed();
    const { edition, closing, publication } = quarter;
    if (publication === undefined) {
      throw new Problem(409, 'figures-not-published', {
        detail: 'The figures of this quarter are not computed yet: wait until they are.',
      });
    }
    const order = { kind: 'reproduction' as const, asked: { period, edition }, by, head: closing.revision };
    return this.#start(order, (options) =>
      reproduceQuarter(options, { edition, closing, publication }, this.#options.remedy),
    );
  }

  /**
   * Starts to compare a period at two positions: by default at the closing of the edition that is published, else of the latest,
   * and at the ledger's end.
   * @throws Problem 404 where neither a position nor a closing is known, 400 for positions that are none or the wrong way round,
   * 409 while a recount runs.
   */
  async compare({ period, edition, then, now }: RestatementAsked, by: string): Promise<Recount> {
    const { store, stream, programme } = this.#options;
    const closed = await closedQuarter(this.#options, period, edition ?? 'published');
    if ((then === undefined || edition !== undefined) && closed === undefined) throw notClosed();
    const head = await store.head(stream);
    const first = await this.#closedUpTo(then ?? closed?.closing.revision ?? head, head);
    const last = await this.#closedUpTo(now ?? head, head);
    if (first > last) {
      throw new Problem(400, 'positions-reversed', {
        detail: `Position ${first} is behind ${last}: name the earlier one as then.`,
      });
    }
    const from = closed?.closing.revision === first ? closed : undefined;
    const question = { ...{ programme, period, then: first, now: last }, closed: from };
    const asked = { period, edition: from?.edition ?? null, then: first, now: last };
    return this.#start({ kind: 'restatement', asked, by, head: last }, (options) =>
      compareQuarter(options, question),
    );
  }

  async find(id: string): Promise<Recount | undefined> {
    const { rows } = await this.#options.pool.query<Recount>(
      `SELECT ${recountColumns} FROM operations.recount WHERE recount_id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Those that are kept, without their results, the latest first; of one quarter, or of all. */
  async all(period?: string): Promise<readonly ListedRecount[]> {
    const { rows } = await this.#options.pool.query<ListedRecount>(
      `SELECT ${listedColumns}, result ->> 'outcome' AS outcome FROM operations.recount
       WHERE $1::text IS NULL OR asked ->> 'period' = $1 ORDER BY started_at DESC`,
      [period ?? null],
    );
    return rows;
  }

  /** The latest of each kind that is done, of each edition of a quarter. */
  async latest(): Promise<readonly Recount[]> {
    const { rows } = await this.#options.pool.query<Recount>(
      `SELECT DISTINCT ON (asked ->> 'period', ${edition}, kind) ${recountColumns} FROM operations.recount
       WHERE state = 'done' ORDER BY asked ->> 'period', ${edition}, kind, started_at DESC`,
    );
    return rows;
  }

  /**
   * Marks recounts that a kill interrupted as failed; they left nothing behind. One of another process that is under way
   * says again what came of it when it ends.
   */
  async clearInterrupted(): Promise<void> {
    await this.#options.pool.query(
      `UPDATE operations.recount SET state = 'failed', reason = 'interrupted', ended_at = now() WHERE state = 'running'`,
    );
  }

  /** Ends what runs; it leaves nothing behind. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  /** The last closing event up to a position. @throws Problem 400 for a position that the ledger has not reached. */
  async #closedUpTo(position: number, head: number): Promise<number> {
    if (position > head) {
      throw new Problem(400, 'position-beyond-ledger', {
        detail: `The ledger ends at position ${head}: name one from 0 to ${head}.`,
      });
    }
    return lastClosedAt(this.#options.store, this.#options.stream, position);
  }

  async #start(
    order: {
      readonly kind: Recount['kind'];
      readonly asked: { readonly period: string; readonly edition: number | null };
      readonly by: string;
      readonly head: number;
    },
    compute: (options: Parameters<typeof reproduceQuarter>[0]) => Promise<object>,
  ): Promise<Recount> {
    if (this.#computing) {
      throw new Problem(409, 'recount-running', {
        detail: 'A quarter is being computed again already: wait until that ends.',
      });
    }
    const { pool } = this.#options;
    const id = randomBytes(16).toString('hex');
    const { kind, asked, by, head } = order;
    const inserted = pool.query(
      `INSERT INTO operations.recount (recount_id, kind, asked, asked_by, state, head) VALUES ($1, $2, $3, $4, 'running', $5)`,
      [id, kind, asked, by, head],
    );
    // Set before anything is awaited, so that a second one is refused, and cleared before the result is written, so that
    // whoever reads the result can ask for the next one.
    this.#computing = true;
    const written = inserted
      .then(() => this.#compute(id, compute))
      .finally(() => (this.#computing = false))
      .then((outcome) => this.#write(id, head, outcome))
      .catch(this.#options.onError);
    this.#ended = Promise.all([this.#ended, written]);
    await inserted;
    return {
      ...{
        id,
        kind,
        period: asked.period,
        edition: asked.edition,
        askedBy: by,
        startedAt: new Date().toISOString(),
      },
      ...{ state: 'running', position: -1, head, result: null, reason: null },
    };
  }

  async #compute(
    id: string,
    compute: (options: Parameters<typeof reproduceQuarter>[0]) => Promise<object>,
  ): Promise<{ readonly result: object } | { readonly reason: string }> {
    const { store, stream, pool, onError } = this.#options;
    let toldAt = performance.now();
    const onProgress = (position: number) => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = performance.now();
      pool
        .query(`UPDATE operations.recount SET position = $2 WHERE recount_id = $1 AND state = 'running'`, [
          id,
          position,
        ])
        .catch(onError);
    };
    const began = performance.now();
    try {
      const result = await compute({ store, stream, pool, signal: this.#stopping.signal, onProgress });
      return { result: { ...result, seconds: (performance.now() - began) / 1000 } };
    } catch (error) {
      onError(error);
      if (this.#stopping.signal.aborted) return { reason: 'stopped' };
      return { reason: error instanceof Error ? error.message : 'unknown' };
    }
  }

  async #write(
    id: string,
    head: number,
    outcome: { readonly result: object } | { readonly reason: string },
  ): Promise<void> {
    const { pool } = this.#options;
    if ('reason' in outcome) {
      await pool.query(
        `UPDATE operations.recount SET state = 'failed', reason = $2, ended_at = now() WHERE recount_id = $1`,
        [id, outcome.reason],
      );
      return;
    }
    await pool.query(
      `UPDATE operations.recount SET state = 'done', position = $2, result = $3, ended_at = now() WHERE recount_id = $1`,
      [id, head, JSON.stringify(outcome.result)],
    );
    await pool.query(
      `DELETE FROM operations.recount WHERE recount_id IN
         (SELECT recount_id FROM operations.recount ORDER BY started_at DESC OFFSET ${KEPT})`,
    );
  }
}

const notClosed = () =>
  new Problem(404, 'quarter-not-closed', { detail: 'This quarter is not closed, or not in this edition.' });
