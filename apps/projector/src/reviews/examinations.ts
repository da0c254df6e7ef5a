import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerDecision } from '@kinledger/contracts';
import { beginLook, endLook, inTransaction, type LookOutcome } from '@kinledger/database';
import type { ExaminedReferral } from '@kinledger/decisions';
import { Problem, type Caller } from '@kinledger/service-kit';
import type pg from 'pg';
import { FAILED, KEPT, QuestionLine, SILENT, STOPPED } from '../questions/question-line.js';
import type { AnswerEffect, Examination, Examine, PairExamination } from './examination.js';
import { withEffects, type AskEffect, type ReviewEffectOptions } from './review-effect.js';
import type { ReviewQueue, RowSource } from './review-queue.js';

export interface ExaminationsOptions extends ReviewEffectOptions {
  readonly queue: Pick<ReviewQueue, 'recordsOf' | 'sourcesOf'>;
  readonly examine: Examine;
  readonly onError: (error: unknown) => void;
}

/** Somebody's look at a referral, without what it showed. */
export interface AskedExamination {
  readonly id: string;
  readonly referral: string;
  readonly state: 'waiting' | 'done' | 'failed';
  readonly reason: string | null;
  readonly askedAt: string;
}
export interface AnsweredExamination extends AskedExamination {
  readonly result: Examination | null;
}

const LOOK_MS = 250;
/** Read models that are further behind than this are not waited for. */
const WAIT_MS = 60_000;
/** While files are decided, the ledger may go on between the examination and the count. */
const MAX_ATTEMPTS = 5;

const newId = () => randomBytes(16).toString('hex');

/**
 * Examines referrals for reviewers, one at a time. Every look is in the trail, for each record, before anything is read. What it
 * showed is for the person who asked, for a day, and until somebody is erased.
 */
export class Examinations {
  readonly #options: ExaminationsOptions;
  readonly #line: QuestionLine;

  constructor(options: ExaminationsOptions) {
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
   * Notes the looks and queues the question.
   * @throws Problem 404 unless the referral waits and may be shown, 503 while too many wait.
   */
  async ask(
    { referral, reason }: { readonly referral: string; readonly reason: string },
    caller: Caller,
  ): Promise<AskedExamination> {
    const { store, stream, pool, queue } = this.#options;
    const { full } = this.#line;
    if (full !== undefined) {
      throw new Problem(503, 'examinations-waiting', {
        detail: `${full} referrals are being examined already: ask again in a few minutes.`,
        headers: { 'retry-after': '60' },
        declined: true,
      });
    }
    const records = await queue.recordsOf(referral);
    if (records === undefined) throw referralUnknown();
    const asAt = await store.head(stream);
    const { person, organisation, roles } = caller;
    const id = newId();
    const looks = records.map((subject) => ({ id: newId(), subject }));
    const question: Question = { id, referral, looks: looks.map((look) => look.id) };
    await this.#line.noted(id, () =>
      inTransaction(pool, async (client) => {
        for (const look of looks)
          await beginLook(client, {
            ...{ ...look, via: 'service', person, organisation, roles, stream, asAt, reason },
          });
        await client.query(
          `INSERT INTO operations.review_examination (examination_id, referral_id, person, organisation, looks, state)
         VALUES ($1, $2, $3, $4, $5, 'waiting')`,
          [id, referral, person, organisation ?? null, question.looks],
        );
      }),
    );
    this.#line.answer(id, () => this.#answer(question));
    const asked = { id, referral, state: 'waiting' as const, reason: null };
    return { ...asked, askedAt: new Date().toISOString() };
  }

  /** A question of this caller, with what it showed if it is answered. */
  async find(id: string, { person, organisation }: Caller): Promise<AnsweredExamination | undefined> {
    const { rows } = await this.#options.pool.query<AnsweredExamination>(
      `SELECT replace(examination_id::text, '-', '') AS id, replace(referral_id::text, '-', '') AS referral, state, reason, result,
         to_char(asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "askedAt"
       FROM operations.review_examination
       WHERE examination_id = $3 AND person = $1 AND organisation IS NOT DISTINCT FROM $2 AND asked_at > now() - ${KEPT}`,
      [person, organisation ?? null, id],
    );
    return rows[0];
  }

  async #answer(question: Question): Promise<void> {
    const { referral } = question;
    const { signal } = this.#line;
    try {
      signal.throwIfAborted();
      const result = await this.#examine(referral, signal);
      if (result === undefined) {
        const why = 'It does not wait for a review any more: it was decided, or its evidence is gone.';
        return await this.#end(question, 'failed', { reason: why, outcome: 'not-in-ledger' });
      }
      await this.#end(question, 'done', { result, outcome: 'explained' });
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error);
      const reason = signal.aborted ? STOPPED : FAILED;
      const outcome = signal.aborted ? 'stopped' : 'failed';
      await this.#end(question, 'failed', { reason, outcome }).catch(this.#options.onError);
    }
  }

  async #examine(referral: string, signal: AbortSignal): Promise<Examination | undefined> {
    const until = performance.now() + WAIT_MS;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const examined = await this.#options.examine(referral, signal);
      if (examined === undefined) return undefined;
      for (;;) {
        const found = await withEffects(this.#options, examined.asAt, (effectOf) =>
          this.#withEffects(examined, effectOf, signal),
        );
        if (typeof found !== 'string') return found;
        if (found === 'ahead') break;
        if (performance.now() >= until) throw new Error('the read models stay behind the ledger');
        await pause(LOOK_MS, undefined, { signal });
      }
    }
    throw new Error('the ledger went on during every attempt to examine a referral');
  }

  async #withEffects(
    { pairs, subject, ...referral }: ExaminedReferral,
    effectOf: AskEffect,
    signal: AbortSignal,
  ): Promise<Examination> {
    const sources = await this.#options.queue.sourcesOf([
      subject,
      ...pairs.map(({ candidate }) => candidate),
    ]);
    const sourceOf = (record: string): RowSource => {
      const source = sources.get(record);
      if (source === undefined) throw new Error('a referral names a record that the read models do not have');
      return source;
    };
    const examined: PairExamination[] = [];
    for (const { candidate, consequences, ...evidence } of pairs) {
      signal.throwIfAborted();
      const same = await answerEffect(consequences.same, effectOf);
      signal.throwIfAborted();
      const different = await answerEffect(consequences.different, effectOf);
      examined.push({ candidate: sourceOf(candidate), ...evidence, effects: { same, different } });
    }
    return { ...referral, subject: sourceOf(subject), pairs: examined };
  }

  #end(
    { id, looks }: Question,
    state: 'done' | 'failed',
    { result, reason, outcome }: Ending,
  ): Promise<void> {
    return inTransaction(this.#options.pool, async (client) => {
      const { rowCount } = await client.query(
        'UPDATE operations.review_examination SET state = $2, result = $3, reason = $4 WHERE examination_id = $1',
        [id, state, result === undefined ? null : JSON.stringify(result), reason ?? null],
      );
      // Where somebody was erased meanwhile, the question is gone: nobody was shown anything.
      for (const look of looks) await endLook(client, look, rowCount === 0 ? 'stopped' : outcome);
    });
  }

  async #tend(): Promise<void> {
    const { pool } = this.#options;
    await pool.query(
      'UPDATE operations.review_examination SET tended_at = now() WHERE examination_id = ANY ($1::uuid[])',
      [this.#line.own],
    );
    const { rows } = await pool.query<{ looks: string[] }>(
      `UPDATE operations.review_examination SET state = 'failed', reason = $1
       WHERE state = 'waiting' AND tended_at < now() - ${SILENT} RETURNING looks`,
      [STOPPED],
    );
    for (const look of rows.flatMap(({ looks }) => looks)) await endLook(pool, look, 'stopped');
    await pool.query(`DELETE FROM operations.review_examination WHERE asked_at < now() - ${KEPT}`);
  }
}

/** A question that waits in this process, with the looks that it is noted as. */
interface Question {
  readonly id: string;
  readonly referral: string;
  readonly looks: readonly string[];
}

interface Ending {
  readonly result?: Examination;
  readonly reason?: string;
  readonly outcome: LookOutcome;
}

async function answerEffect(
  decisions: readonly LedgerDecision[],
  effectOf: AskEffect,
): Promise<AnswerEffect> {
  const countOf = (wanted: LedgerDecision['type']) => decisions.filter(({ type }) => type === wanted).length;
  return {
    quarters: await effectOf(decisions),
    merged: countOf('IndividualsMerged'),
    split: countOf('IndividualSplit'),
  };
}

/** As for a referral that never was: nobody is told that one concerns a sensitive dataset. */
export const referralUnknown = (): Problem =>
  new Problem(404, 'referral-unknown', {
    detail: 'No such referral waits for a review: it was decided, or its evidence is gone.',
  });

/**
 * Forgets every examination, in the transaction that applies an erasure to the read models. The lock holds back answers that
 * are being made.
 */
export async function forgetExaminations(client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE operations.review_examination IN SHARE ROW EXCLUSIVE MODE');
  await client.query('DELETE FROM operations.review_examination');
}
