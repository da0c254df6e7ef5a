import { randomBytes } from 'node:crypto';
import { beginLook, endLook, inTransaction } from '@kinledger/database';
import type { Explanation } from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import { Problem, type Caller } from '@kinledger/service-kit';
import type pg from 'pg';
import { FAILED, KEPT, QuestionLine, SILENT, STOPPED } from '../questions/question-line.js';
import type { Explain } from './explain-in-worker.js';
import type { ExplanationQuestion } from './explanation-question.js';

export interface ExplanationsOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  readonly explain: Explain;
  readonly onError: (error: unknown) => void;
}

/** Somebody's question how an individual came to be, without the answer. */
export interface AskedExplanation extends ExplanationQuestion {
  /** Also that of the look in the trail. */
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Events that are read, of how many. */
  readonly done: number;
  readonly total: number;
  readonly reason: string | null;
  readonly askedAt: string;
}
export interface AnsweredExplanation extends AskedExplanation {
  readonly result: Explanation | null;
}

const asked = `replace(explanation_id::text, '-', '') AS id, subject, as_at::float8 AS "asAt", state, done::float8 AS done,
  total::float8 AS total, reason, to_char(asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "askedAt"`;
const isOwn = `person = $1 AND organisation IS NOT DISTINCT FROM $2 AND asked_at > now() - ${KEPT}`;

/**
 * Explains individuals, one at a time: each reads the ledger up to its position. Every question is in the trail of looks
 * before anything is read. An answer is for the person who asked, for a day, and until somebody is erased.
 */
export class Explanations {
  readonly #options: ExplanationsOptions;
  readonly #line: QuestionLine;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
    this.#line = new QuestionLine({ tend: () => this.#tend(), onError: options.onError });
  }

  start(): void {
    this.#line.start();
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  /**
   * Notes the look and queues the question.
   * @param asAt default: the ledger's end.
   * @throws Problem 400 for a position that the ledger has not reached, 503 while too many wait.
   */
  async ask(
    {
      subject,
      asAt: wanted,
      reason,
    }: { readonly subject: string; readonly asAt?: number; readonly reason: string },
    caller: Caller,
  ): Promise<AskedExplanation> {
    const { store, stream, pool } = this.#options;
    const head = await store.head(stream);
    const asAt = wanted ?? head;
    if (asAt > head) {
      const ends = head < 0 ? 'is empty' : `ends at position ${head}: name one from 0 to ${head}`;
      throw new Problem(400, 'position-beyond-ledger', { detail: `The ledger ${ends}.` });
    }
    const { full } = this.#line;
    if (full !== undefined) {
      throw new Problem(503, 'explanations-waiting', {
        detail: `${full} explanations are waiting already: ask again in a few minutes.`,
        headers: { 'retry-after': '60' },
        declined: true,
      });
    }
    const id = randomBytes(16).toString('hex');
    const { person, organisation, roles } = caller;
    const state = await this.#line.noted(id, () =>
      inTransaction(pool, async (client) => {
        await beginLook(client, {
          ...{ id, via: 'service', person, organisation, roles, stream, subject, asAt, reason },
        });
        return insertQuestion(client, { id, subject, asAt }, caller);
      }),
    );
    if (state === 'done') this.#line.leave(id);
    else this.#line.answer(id, () => this.#answer({ id, subject, asAt }));
    const found = await this.find(id, caller);
    // An erasure may have come between.
    return (
      found ?? {
        id,
        subject,
        asAt,
        state,
        done: 0,
        total: asAt + 1,
        reason: null,
        askedAt: new Date().toISOString(),
      }
    );
  }

  /** A question of this caller, with the answer if there is one. */
  async find(id: string, { person, organisation }: Caller): Promise<AnsweredExplanation | undefined> {
    const { rows } = await this.#options.pool.query<AnsweredExplanation>(
      `SELECT ${asked}, result FROM operations.explanation WHERE ${isOwn} AND explanation_id = $3`,
      [person, organisation ?? null, id],
    );
    return rows[0];
  }

  /** Questions of this caller that are kept, the latest first. */
  async all({ person, organisation }: Caller): Promise<readonly AskedExplanation[]> {
    const { rows } = await this.#options.pool.query<AskedExplanation>(
      `SELECT ${asked} FROM operations.explanation WHERE ${isOwn} ORDER BY asked_at DESC LIMIT 100`,
      [person, organisation ?? null],
    );
    return rows;
  }

  async #answer({ id, ...question }: ExplanationQuestion & { readonly id: string }): Promise<void> {
    const { pool, explain, onError } = this.#options;
    const { signal } = this.#line;
    try {
      signal.throwIfAborted();
      const { rowCount } = await pool.query(
        `UPDATE operations.explanation SET state = 'running' WHERE explanation_id = $1 AND state = 'waiting'`,
        [id],
      );
      // Somebody was erased meanwhile.
      if (rowCount === 0) return await endLook(pool, id, 'stopped');
      const answer = await explain(question, {
        signal,
        onProgress: (done, total) => {
          pool
            .query('UPDATE operations.explanation SET done = $2, total = $3 WHERE explanation_id = $1', [
              ...[id, done, total],
            ])
            .catch(onError);
        },
      });
      if ('notInLedger' in answer) return await this.#fail(id, answer.notInLedger, 'not-in-ledger');
      await inTransaction(pool, async (client) => {
        const { rowCount: kept } = await client.query(
          `UPDATE operations.explanation SET state = 'done', done = total, result = $2 WHERE explanation_id = $1`,
          [id, answer.json],
        );
        if (kept === 0) await endLook(client, id, 'stopped');
        else await endLook(client, id, 'explained', answer.individual);
      });
    } catch (error) {
      if (!signal.aborted) onError(error);
      const [why, outcome] = signal.aborted ? ([STOPPED, 'stopped'] as const) : ([FAILED, 'failed'] as const);
      await this.#fail(id, why, outcome).catch(onError);
    }
  }

  #fail(id: string, reason: string, outcome: 'not-in-ledger' | 'failed' | 'stopped'): Promise<void> {
    return inTransaction(this.#options.pool, async (client) => {
      await client.query(
        `UPDATE operations.explanation SET state = 'failed', reason = $2 WHERE explanation_id = $1`,
        [id, reason],
      );
      await endLook(client, id, outcome);
    });
  }

  async #tend(): Promise<void> {
    const { pool } = this.#options;
    await pool.query(
      'UPDATE operations.explanation SET tended_at = now() WHERE explanation_id = ANY ($1::uuid[])',
      [this.#line.own],
    );
    const { rows } = await pool.query<{ id: string }>(
      `UPDATE operations.explanation SET state = 'failed', reason = $1
       WHERE state IN ('waiting', 'running') AND tended_at < now() - ${SILENT} RETURNING explanation_id AS id`,
      [STOPPED],
    );
    for (const { id } of rows) await endLook(pool, id, 'stopped');
    await pool.query(`DELETE FROM operations.explanation WHERE asked_at < now() - ${KEPT}`);
  }
}

/** Keeps a question, with the answer if the same one was answered before. @returns its state. */
async function insertQuestion(
  client: pg.ClientBase,
  { id, subject, asAt }: ExplanationQuestion & { readonly id: string },
  { person, organisation }: Caller,
): Promise<'waiting' | 'done'> {
  const { rows } = await client.query<{ state: 'waiting' | 'done'; individual: string | null }>(
    `INSERT INTO operations.explanation (explanation_id, subject, as_at, person, organisation, state, done, total, result)
     SELECT $1::uuid, $2::text, $3::bigint, $4::text, $5::text, CASE WHEN known.result IS NULL THEN 'waiting' ELSE 'done' END,
       CASE WHEN known.result IS NULL THEN 0 ELSE $3::bigint + 1 END, $3::bigint + 1, known.result
     FROM (SELECT 1) AS one LEFT JOIN LATERAL (
       SELECT result FROM operations.explanation
       WHERE subject = $2 AND as_at = $3 AND state = 'done' AND asked_at > now() - ${KEPT} LIMIT 1) AS known ON true
     RETURNING state, result ->> 'individual' AS individual`,
    [id, subject, asAt, person, organisation ?? null],
  );
  const [row] = rows;
  if (row?.state !== 'done') return 'waiting';
  await endLook(client, id, 'explained', row.individual ?? undefined);
  return 'done';
}

/**
 * Forgets every answer, in the transaction that applies an erasure to the read models: what tokens of the erased told may be
 * in any of them. The lock holds back copies of answers that are being made.
 */
export async function forgetExplanations(client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE operations.explanation IN SHARE ROW EXCLUSIVE MODE');
  await client.query('DELETE FROM operations.explanation');
}
