import { randomBytes } from 'node:crypto';
import { beginLook, endLook, instantSql, inTransaction, type LookOutcome } from '@kinledger/database';
import type { Explanation, PairExplanation } from '@kinledger/decisions';
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
  readonly result: Explanation | PairExplanation | null;
}

/** A question with the looks that it is noted as: one for each record, the first under the id of the question. */
interface NotedQuestion extends ExplanationQuestion {
  readonly id: string;
  readonly looks: readonly string[];
}

const newId = () => randomBytes(16).toString('hex');

const asked = `replace(explanation_id::text, '-', '') AS id, subject, other, as_at::float8 AS "asAt", state, done::float8 AS done,
  total::float8 AS total, reason, ${instantSql('asked_at')} AS "askedAt"`;
const isOwn = `person = $1 AND organisation IS NOT DISTINCT FROM $2 AND asked_at > now() - ${KEPT}`;

/**
 * Explains individuals and pairs of records, one at a time: each reads the ledger up to its position. Every question is in the trail of looks
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
   * Notes the look, of two records one at each, and queues the question.
   * @param asAt default: the ledger's end.
   * @throws Problem 400 for a position that the ledger has not reached and for one record named twice, 503 while too many
   * wait.
   */
  async ask(
    {
      subject,
      other = null,
      asAt: wanted,
      reason,
    }: {
      readonly subject: string;
      readonly other?: string | null;
      readonly asAt?: number;
      readonly reason: string;
    },
    caller: Caller,
  ): Promise<AskedExplanation> {
    const { store, stream, pool } = this.#options;
    if (other === subject)
      throw new Problem(400, 'same-record', { detail: 'Both are the same record: name another one.' });
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
    const id = newId();
    const looks = [{ id, subject }, ...(other === null ? [] : [{ id: newId(), subject: other }])];
    const question = { id, subject, other, asAt, looks: looks.map((look) => look.id) };
    const { person, organisation, roles } = caller;
    const state = await this.#line.noted(id, () =>
      inTransaction(pool, async (client) => {
        for (const look of looks)
          await beginLook(client, {
            ...{ ...look, via: 'service', person, organisation, roles, stream, asAt, reason },
          });
        return insertQuestion(client, question, caller);
      }),
    );
    if (state === 'done') this.#line.leave(id);
    else this.#line.answer(id, () => this.#answer(question));
    const found = await this.find(id, caller);
    // An erasure may have come between.
    return (
      found ?? {
        ...{ id, subject, other, asAt, state },
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

  async #answer({ id, looks, ...question }: NotedQuestion): Promise<void> {
    const { pool, explain, onError } = this.#options;
    const { signal } = this.#line;
    try {
      signal.throwIfAborted();
      const { rowCount } = await pool.query(
        `UPDATE operations.explanation SET state = 'running' WHERE explanation_id = $1 AND state = 'waiting'`,
        [id],
      );
      // Somebody was erased meanwhile.
      if (rowCount === 0) return await endLooks(pool, looks, 'stopped');
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
      if ('notInLedger' in answer)
        return await this.#fail({ id, looks }, answer.notInLedger, 'not-in-ledger');
      await inTransaction(pool, async (client) => {
        const { rowCount: kept } = await client.query(
          `UPDATE operations.explanation SET state = 'done', done = total, result = $2 WHERE explanation_id = $1`,
          [id, answer.json],
        );
        if (kept === 0) await endLooks(client, looks, 'stopped');
        else await endLooks(client, looks, 'explained', answer.individuals);
      });
    } catch (error) {
      if (!signal.aborted) onError(error);
      const [why, outcome] = signal.aborted ? ([STOPPED, 'stopped'] as const) : ([FAILED, 'failed'] as const);
      await this.#fail({ id, looks }, why, outcome).catch(onError);
    }
  }

  #fail(
    { id, looks }: Pick<NotedQuestion, 'id' | 'looks'>,
    reason: string,
    outcome: 'not-in-ledger' | 'failed' | 'stopped',
  ): Promise<void> {
    return inTransaction(this.#options.pool, async (client) => {
      await client.query(
        `UPDATE operations.explanation SET state = 'failed', reason = $2 WHERE explanation_id = $1`,
        [id, reason],
      );
      await endLooks(client, looks, outcome);
    });
  }

  async #tend(): Promise<void> {
    const { pool } = this.#options;
    await pool.query(
      'UPDATE operations.explanation SET tended_at = now() WHERE explanation_id = ANY ($1::uuid[])',
      [this.#line.own],
    );
    const { rows } = await pool.query<{ looks: string[] }>(
      `UPDATE operations.explanation SET state = 'failed', reason = $1
       WHERE state IN ('waiting', 'running') AND tended_at < now() - ${SILENT} RETURNING array_remove(ARRAY[explanation_id, other_look], NULL) AS looks`,
      [STOPPED],
    );
    for (const { looks } of rows) await endLooks(pool, looks, 'stopped');
    await pool.query(`DELETE FROM operations.explanation WHERE asked_at < now() - ${KEPT}`);
  }
}

/** Keeps a question, with the answer if the same one was answered before. @returns its state. */
async function insertQuestion(
  client: pg.ClientBase,
  { id, subject, other, asAt, looks }: NotedQuestion,
  { person, organisation }: Caller,
): Promise<'waiting' | 'done'> {
  const { rows } = await client.query<{
    state: 'waiting' | 'done';
    first: string | null;
    second: string | null;
  }>(
    `INSERT INTO operations.explanation (explanation_id, subject, other, other_look, as_at, person, organisation, state, done, total, result)
     SELECT $1::uuid, $2::text, $6::text, $7::uuid, $3::bigint, $4::text, $5::text, CASE WHEN known.result IS NULL THEN 'waiting' ELSE 'done' END,
       CASE WHEN known.result IS NULL THEN 0 ELSE $3::bigint + 1 END, $3::bigint + 1, known.result
     FROM (SELECT 1) AS one LEFT JOIN LATERAL (
       SELECT result FROM operations.explanation
       WHERE subject = $2 AND other IS NOT DISTINCT FROM $6 AND as_at = $3 AND state = 'done' AND asked_at > now() - ${KEPT} LIMIT 1) AS known ON true
     RETURNING state, coalesce(result ->> 'individual', result #>> '{records,0,individual}') AS first,
       result #>> '{records,1,individual}' AS second`,
    [id, subject, asAt, person, organisation ?? null, other, looks[1] ?? null],
  );
  const [row] = rows;
  if (row?.state !== 'done') return 'waiting';
  await endLooks(client, looks, 'explained', [row.first ?? undefined, row.second ?? undefined]);
  return 'done';
}

/** Adds what came of the looks of a question, once. @param individuals whom each of them was about. */
async function endLooks(
  database: Pick<pg.ClientBase, 'query'>,
  looks: readonly string[],
  outcome: LookOutcome,
  individuals: readonly (string | undefined)[] = [],
): Promise<void> {
  for (const [at, look] of looks.entries()) await endLook(database, look, outcome, individuals[at]);
}

/**
 * Forgets every answer, in the transaction that applies an erasure or a definition to the read models: what tokens of the erased told
 * may be in any of them, and so may records of a dataset that is sensitive from the definition on. The lock holds back copies of answers that are being made.
 */
export async function forgetExplanations(client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE operations.explanation IN SHARE ROW EXCLUSIVE MODE');
  await client.query('DELETE FROM operations.explanation');
}
