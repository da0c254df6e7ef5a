import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { erasesBodies, restatesTokens } from '@kinledger/contracts';
import {
  beginLook,
  endLook,
  instantSql,
  inTransaction,
  type Look,
  type LookOutcome,
} from '@kinledger/database';
import type { ExaminedReferral } from '@kinledger/decisions';
import { Problem, type Caller } from '@kinledger/service-kit';
import type pg from 'pg';
import { AbandonedLooks } from '../looks/abandoned-looks.js';
import { FAILED, KEPT, QuestionLine, SILENT, STOPPED } from '../questions/question-line.js';
import type { Examination, PairExamination } from './examination.js';
import type { ExaminingThread } from './examining-thread.js';
import { withEffects, type AskEffect, type ReviewEffectOptions } from './review-effect.js';
import type { ReviewQueue, RowSource } from './review-queue.js';

export interface ExaminationsOptions extends ReviewEffectOptions {
  readonly queue: Pick<ReviewQueue, 'recordsOf' | 'sourcesOf'>;
  readonly thread: Pick<ExaminingThread, 'examine' | 'forget' | 'isKept'>;
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

/** Two a minute, for as long as anybody can judge pairs. */
const MAX_IN_HOUR = 120;
const MAX_WAITING_OF_ONE = 5;

/** Events read at a time. */
const PAGE = 500;

const newId = () => randomBytes(16).toString('hex');

/**
 * Examines referrals for reviewers, one at a time. Every look is in the trail, for each record, before anything is read. What it
 * showed is for the person who asked, for a day, and until somebody is erased.
 */
export class Examinations {
  readonly #options: ExaminationsOptions;
  readonly #line: QuestionLine;
  readonly #abandoned: AbandonedLooks;
  /** The thread holds what the ledger said up to here at the least; meaningless while no thread holds a ledger. */
  #heldFrom = 0;

  constructor(options: ExaminationsOptions) {
    this.#options = options;
    this.#abandoned = new AbandonedLooks(options.pool);
    this.#line = new QuestionLine({ tend: () => this.tend(), onError: options.onError });
  }

  start(): void {
    this.#line.start();
  }

  async stop(): Promise<void> {
    await this.#line.stop();
    await this.#options.thread.forget();
  }

  /**
   * Notes the looks and queues the question.
   * @throws Problem 404 unless the referral waits and may be shown, 503 while too many wait, 429 after too many in an hour.
   */
  async ask(
    { referral, reason }: { readonly referral: string; readonly reason: string },
    caller: Caller,
  ): Promise<AskedExamination> {
    const { store, stream, pool, queue } = this.#options;
    const { full } = this.#line;
    if (full !== undefined)
      throw waitingAlready(`${full} referrals are being examined already: ask again in a few minutes.`);
    const records = await queue.recordsOf(referral);
    if (records === undefined) throw referralUnknown();
    const asAt = await store.head(stream);
    const { person, organisation, roles } = caller;
    const id = newId();
    const looks = records.map((subject) => ({ id: newId(), subject }));
    const noted: Noted = { ...{ via: 'service', person, organisation, roles, stream, asAt, reason } };
    const question: Question = { id, referral, looks, noted };
    await this.#line.noted(id, () =>
      inTransaction(pool, async (client) => {
        await requireFewOf(client, caller);
        for (const look of looks) await beginLook(client, { ...look, ...noted });
        await client.query(
          `INSERT INTO operations.review_examination (examination_id, referral_id, person, organisation, looks, state)
         VALUES ($1, $2, $3, $4, $5, 'waiting')`,
          [id, referral, person, organisation ?? null, looks.map((look) => look.id)],
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
         ${instantSql('asked_at')} AS "askedAt"
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
      const { store, stream, thread } = this.#options;
      if (!thread.isKept) this.#heldFrom = await store.head(stream);
      const examined = await thread.examine(referral, signal);
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
      const same = { quarters: await effectOf(consequences.same) };
      signal.throwIfAborted();
      const different = { quarters: await effectOf(consequences.different) };
      examined.push({ candidate: sourceOf(candidate), ...evidence, effects: { same, different } });
    }
    return { ...referral, subject: sourceOf(subject), pairs: examined };
  }

  /**
   * Keeps what came of a question. Its looks were noted by the read models; where the ledger had more to show by then, that is
   * noted before anybody can see it, and a record that was not shown after all is told as such.
   */
  #end(
    { id, looks, noted }: Question,
    state: 'done' | 'failed',
    { result, reason, outcome }: Ending,
  ): Promise<void> {
    return inTransaction(this.#options.pool, async (client) => {
      const shown = result === undefined ? undefined : recordsIn(result);
      const known = new Set(looks.map(({ subject }) => subject));
      const further = [...(shown ?? [])].filter((subject) => !known.has(subject));
      const all = [...looks, ...further.map((subject) => ({ id: newId(), subject }))];
      const { rowCount } = await client.query(
        'UPDATE operations.review_examination SET state = $2, result = $3, reason = $4, looks = $5 WHERE examination_id = $1',
        [
          ...[id, state, result === undefined ? null : JSON.stringify(result), reason ?? null],
          all.map((look) => look.id),
        ],
      );
      // Where somebody was erased meanwhile, the question is gone: nobody was shown anything.
      if (rowCount === 0) {
        for (const look of looks) await endLook(client, look.id, 'stopped');
        return;
      }
      for (const look of all.slice(looks.length))
        await beginLook(client, { ...look, ...noted, asAt: result?.asAt ?? noted.asAt });
      for (const look of all)
        await endLook(client, look.id, shown?.has(look.subject) === false ? 'stopped' : outcome);
    });
  }

  /** Has the thread end if somebody was erased since it began to read, whichever projector applies the erasure. */
  async #forgetErased(): Promise<void> {
    const { store, stream, thread } = this.#options;
    if (!thread.isKept) return;
    const head = await store.head(stream);
    while (this.#heldFrom < head) {
      const page = await store.readPage(stream, this.#heldFrom + 1, PAGE);
      if (page.some(({ type }) => erasesBodies(type) || restatesTokens(type))) await thread.forget();
      this.#heldFrom = page.at(-1)?.revision ?? head;
    }
  }

  /** Ends what is over. The service calls it every few seconds once it has started. */
  async tend(): Promise<void> {
    const { pool } = this.#options;
    await this.#forgetErased();
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
    await this.#abandoned.end();
    await pool.query(`DELETE FROM operations.review_examination WHERE asked_at < now() - ${KEPT}`);
  }
}

/** A question that waits in this process, with the looks that it is noted as. */
interface Question {
  readonly id: string;
  readonly referral: string;
  readonly looks: readonly { readonly id: string; readonly subject: string }[];
  readonly noted: Noted;
}

/** What the trail keeps of every look of a question. */
type Noted = Omit<Look, 'id' | 'subject'>;

/** Every record that a reviewer is shown. */
const recordsIn = ({ subject, pairs }: Examination): ReadonlySet<string> =>
  new Set([subject.record, ...pairs.map(({ candidate }) => candidate.record)]);

interface Ending {
  readonly result?: Examination;
  readonly reason?: string;
  readonly outcome: LookOutcome;
}

const waitingAlready = (detail: string): Problem =>
  new Problem(503, 'examinations-waiting', { detail, headers: { 'retry-after': '60' }, declined: true });

/**
 * Keeps one person from taking every place in the line, and a script from reading all referrals under a person’s name.
 * @throws Problem 503 while too many of the person’s looks wait, 429 after too many in an hour.
 */
async function requireFewOf(client: pg.ClientBase, { person, organisation }: Caller): Promise<void> {
  // Looks that one person asks for at once are counted one after the other.
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('looks of ' || $1, 0))`, [person]);
  const { rows } = await client.query<{ waiting: number; asked: number; seconds: number }>(
    `SELECT (count(*) FILTER (WHERE state = 'waiting'))::int AS waiting, count(*)::int AS asked,
       coalesce(ceil(extract(epoch FROM min(asked_at) + interval '1 hour' - now())), 0)::int AS seconds
     FROM operations.review_examination
     WHERE person = $1 AND organisation IS NOT DISTINCT FROM $2 AND asked_at > now() - interval '1 hour'`,
    [person, organisation ?? null],
  );
  const { waiting, asked, seconds } = rows[0] ?? { waiting: 0, asked: 0, seconds: 0 };
  if (asked >= MAX_IN_HOUR) {
    throw new Problem(429, 'looks-used-up', {
      detail: `You have looked at ${MAX_IN_HOUR} referrals within an hour, which is as many as one person may: look again later.`,
      headers: { 'retry-after': String(Math.max(1, seconds)) },
    });
  }
  if (waiting >= MAX_WAITING_OF_ONE)
    throw waitingAlready(`${waiting} of your own looks wait already: read one before you ask for the next.`);
}

/** As for a referral that never was: nobody is told that one concerns a sensitive dataset. */
export const referralUnknown = (): Problem =>
  new Problem(404, 'referral-unknown', {
    detail: 'No such referral waits for a review: it was decided, or its evidence is gone.',
  });

/**
 * Forgets every examination, in the transaction that applies an erasure or a definition to the read models. The lock holds back answers that
 * are being made.
 */
export async function forgetExaminations(client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE operations.review_examination IN SHARE ROW EXCLUSIVE MODE');
  await client.query('DELETE FROM operations.review_examination');
}
