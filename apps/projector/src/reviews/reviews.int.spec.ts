import { periodOfCode } from '@kinledger/domain';
import type { PeriodCode, ProgrammeId, RecordId, ReferralId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { ReferralExaminer, type ExaminedReferral } from '@kinledger/decisions';
import { Cells, computeQuarter, differencesOf, figuresInForce } from '@kinledger/figures';
import { contentDigest, LIVE_SCHEMA } from '@kinledger/read-models';
import type { Caller } from '@kinledger/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { AbandonedLooks } from '../looks/abandoned-looks.js';
import { Looks } from '../looks/looks.js';
import type { DecidedLedger, DecidedRow } from '../projection/decided-ledger.testing.js';
import { ReadModelsUnderTest } from '../projection/read-models-under-test.testing.js';
import { idOf, STREAM } from '../projection/small-ledger.testing.js';
import type { Examination } from './examination.js';
import { Examinations, forgetExaminations, type AnsweredExamination } from './examinations.js';
import { ReviewOrders } from './review-orders.js';
import { ReviewQueue } from './review-queue.js';
import { Reviews } from './reviews.js';

const ada: Caller = { person: 'ada', roles: ['data-team'] };
const ben: Caller = { person: 'ben', roles: ['data-team'] };
const reason = 'review of doubtful links, third quarter';
const nobody = '0'.repeat(32);
const programme = 'leap' as ProgrammeId;
const quarter = '2022-23-Q3' as PeriodCode;

const adult = (id: string, born: string, more: Partial<DecidedRow> = {}): DecidedRow => ({
  ...{ id, role: 'adult', email: 'shared', born, attributes: {}, asOf: '2022-10-03', attended: true },
  ...more,
});
const file = (dataset: string, rows: readonly DecidedRow[]) => ({
  ...{ dataset, period: quarter, sequence: 1, supersedes: [], rows },
});

/** The record of the row in this place of the ledger’s four. */
const recordOfRow = (place: number): RecordId =>
  idOf(`natural-thinkers.${place < 2 ? 'user' : 'engagement'} ${quarter} 1 ${place % 2}`);

describe('reviews', () => {
  const readModels = new ReadModelsUnderTest();
  let ledger: DecidedLedger;
  let queue: ReviewQueue;
  let examinations: Examinations;
  let newExaminations: () => Examinations;
  let orders: ReviewOrders;
  let reviews: Reviews;
  let sensitive: string[] = [];
  let mayExamine: Promise<unknown> = Promise.resolve();
  let shown: (examined: ExaminedReferral | undefined) => ExaminedReferral | undefined = (examined) =>
    examined;
  let isKept = false;
  const errors: unknown[] = [];

  /** As the thread does it, in this one. */
  const inProcess = () => {
    const examiner = new ReferralExaminer({ store: ledger.store, stream: STREAM });
    return {
      examine: async (referral: string, signal: AbortSignal) => {
        await mayExamine;
        isKept = true;
        return shown(await examiner.examine(referral as ReferralId, signal));
      },
      forget: () => {
        isKept = false;
        return Promise.resolve();
      },
      get isKept() {
        return isKept;
      },
    };
  };
  const examined = async (id: string, caller: Caller): Promise<AnsweredExamination> => {
    for (;;) {
      const found = await examinations.find(id, caller);
      if (found === undefined) throw new Error('the examination is gone');
      if (found.state !== 'waiting') return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const look = async (caller = ada): Promise<Examination & { readonly id: string }> => {
    const [pair] = (await queue.page(caller.person, { limit: 10, offset: 0 })).pairs;
    const { id } = await examinations.ask({ referral: pair?.referral ?? nobody, reason }, caller);
    const { result, reason: why } = await examined(id, caller);
    if (result === null) throw new Error(why ?? 'nothing was examined');
    return { ...result, id };
  };

  beforeAll(() => readModels.start(inject('postgresUrl')));
  afterAll(() => readModels.stop());
  beforeEach(async () => {
    errors.length = 0;
    sensitive = [];
    mayExamine = Promise.resolve();
    isKept = false;
    shown = (examined) => examined;
    const { pool } = readModels;
    ledger = await readModels.open();
    // Two people of one e-mail address and two birth dates, who are known and came in one quarter.
    await ledger.submit(file('natural-thinkers.user', [adult('one', 'b1'), adult('two', 'b2')]));
    await ledger.submit(
      file('natural-thinkers.engagement', [
        adult('came one', 'b1', { asOf: '2022-11-01' }),
        adult('came two', 'b2', { asOf: '2022-11-02' }),
      ]),
    );
    await readModels.project(ledger);
    await pool.query('DELETE FROM operations.review_examination; DELETE FROM operations.review_command');
    const datasets = { all: () => Promise.resolve(sensitive) };
    queue = new ReviewQueue({ pool, sensitive: datasets });
    newExaminations = () =>
      new Examinations({
        ...{ store: ledger.store, stream: STREAM, pool, queue, programme, sensitive: datasets },
        thread: inProcess(),
        onError: (error) => errors.push(error),
      });
    examinations = newExaminations();
    orders = new ReviewOrders({ pool, programme, outbox: { wake: () => undefined } });
    reviews = new Reviews({ examinations, orders });
  });
  afterEach(() => examinations.stop());

  it('wait in a queue that shows where the rows come from, and no identifier', async () => {
    const { waiting, hidden, pairs } = await queue.page('ada', { limit: 10, offset: 0 });
    expect({ waiting, hidden }).toEqual({ waiting: pairs.length, hidden: 0 });
    expect(pairs[0]).toMatchObject({
      ...{ reason: 'birth-dates-differ', rule: 'email', standing: 'waiting', isAnswered: false },
      subject: { dataset: 'natural-thinkers.user', period: quarter, role: 'adult' },
    });
    expect(JSON.stringify(pairs)).not.toMatch(/shared|b1|b2/);
  });

  it('are never shown for a sensitive dataset: they are counted as hidden, and cannot be looked at', async () => {
    const { pairs } = await queue.page('ada', { limit: 10, offset: 0 });
    sensitive = ['natural-thinkers.user', 'natural-thinkers.engagement'];
    expect(await queue.page('ada', { limit: 10, offset: 0 })).toMatchObject({
      ...{ waiting: 0, hidden: pairs.length, oldest: null, pairs: [] },
    });
    const asked = examinations.ask({ referral: pairs[0]?.referral ?? '', reason }, ada);
    await expect(asked).rejects.toMatchObject({ code: 'referral-unknown' });
  });

  it('state no score of the ledger: it may be that of a record that is not shown', async () => {
    await readModels.pool.query(
      `UPDATE ${LIVE_SCHEMA}.referral SET score = 31415, levels = '{"surname":"full"}'`,
    );
    const { pairs } = await queue.page('ada', { limit: 10, offset: 0 });
    expect(pairs).not.toEqual([]);
    expect(JSON.stringify(pairs)).not.toMatch(/31415|surname/);
  });

  it('have the thread end once somebody is erased, also where another projector applies the erasure', async () => {
    await look();
    await examinations.tend();
    expect(isKept).toBe(true);
    await ledger.eraseRecord(0);
    await examinations.tend();
    expect(isKept).toBe(false);
    expect(errors).toEqual([]);
  });

  it('show what agrees, differs and is missing by kind, after a look that is noted for each record', async () => {
    const result = await look();
    const [pair] = result.pairs;
    expect(pair?.comparison.kinds).toEqual(
      expect.arrayContaining([
        { kind: 'email', subject: 1, candidate: 1, shared: 1 },
        { kind: 'birth-date', subject: 1, candidate: 1, shared: 0 },
        { kind: 'nhs-number', subject: 0, candidate: 0, shared: 0 },
      ]),
    );
    const trail = await new Looks(readModels.pool).page({ limit: 2 });
    expect(trail.map(({ subject }) => subject).sort()).toEqual(
      [result.subject.record, pair?.candidate.record].sort(),
    );
    for (const one of trail) expect(one).toMatchObject({ person: 'ada', reason, outcome: 'explained' });
    expect(errors).toEqual([]);
  });

  it('foretell exactly what an answer changes in the figures, and leave the read models as they were', async () => {
    const before = await contentDigest(readModels.client, LIVE_SCHEMA);
    const { subject, pairs } = await look();
    expect(await contentDigest(readModels.client, LIVE_SCHEMA)).toEqual(before);
    const [pair] = pairs;
    const foretold = pair?.effects.same.quarters ?? [];
    expect(foretold.map(({ period, isClosed }) => [period, isClosed])).toEqual([[quarter, false]]);
    expect(foretold[0]?.changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          figure: 'reach',
          scope: 'programme',
          column: 'adults',
          before: 2,
          after: 1,
        }),
      ]),
    );
    expect(pair?.effects.different).toEqual({ quarters: [] });
    const counted = async () => {
      await readModels.client.query(`BEGIN; SET LOCAL search_path TO ${LIVE_SCHEMA}, pg_temp`);
      const { figures, disclosure } = figuresInForce();
      const names = figures.map(({ figure }) => figure).filter((name) => name.startsWith('reach@'));
      const question = { programme, period: periodOfCode(quarter), position: 0, figures: names, disclosure };
      const { full } = await computeQuarter(readModels.client, question);
      await readModels.client.query('ROLLBACK');
      return new Cells(full);
    };
    const then = await counted();
    await ledger.decide('LinkReviewed', subject.record, pair?.candidate.record ?? '');
    await readModels.project(ledger);
    expect(foretold[0]?.changes).toEqual(differencesOf(then, await counted()));
  });

  it('do not tell that somebody goes to a service with sensitive datasets, neither by effects nor by estimates', async () => {
    const shown = async () => {
      const [pair] = (await queue.page('ada', { limit: 10, offset: 0 })).pairs;
      const { pairs } = await look();
      return { pair, effects: pairs.map(({ effects }) => effects) };
    };
    sensitive = ['dv-groups.engagement'];
    const before = await shown();
    // Both in the quarter in which they are counted elsewhere, and one or both in two others.
    await ledger.submit(
      file('dv-groups.engagement', [
        adult('dv one', 'b1', { asOf: '2022-11-03' }),
        adult('dv two', 'b2', { asOf: '2022-11-04' }),
        adult('dv one later', 'b1', { asOf: '2023-01-10' }),
        adult('dv two later', 'b2', { asOf: '2023-01-11' }),
        adult('dv one earlier', 'b1', { asOf: '2022-09-01' }),
      ]),
    );
    await readModels.project(ledger);
    expect(await shown()).toEqual(before);
    sensitive = [];
    const all = await shown();
    expect(all.effects).not.toEqual(before.effects);
    expect(all.pair?.estimate).not.toEqual(before.pair?.estimate);
  });

  it('are ordered by their effect on closed quarters, and then on any', async () => {
    const [first] = (await queue.page('ada', { limit: 10, offset: 0 })).pairs;
    expect(first?.estimate).toEqual({ all: 1, closed: 0 });
    await ledger.submit({
      ...file('natural-thinkers.user', [
        adult('three', 'b3', { email: 'other' }),
        adult('four', 'b4', { email: 'other' }),
      ]),
      sequence: 2,
    });
    await readModels.project(ledger);
    const { pairs } = await queue.page('ada', { limit: 10, offset: 0 });
    expect(pairs.map(({ estimate }) => estimate.all)).toEqual([1, ...pairs.slice(1).map(() => 0)]);
    expect(pairs.length).toBeGreaterThan(1);
  });

  it('are answered after a look of one’s own only, about a candidate that it showed', async () => {
    const { id, pairs } = await look();
    const answered = {
      candidate: pairs[0]?.candidate.record ?? '',
      answer: 'same',
      reason: 'twins',
    } as const;
    const asBen = reviews.answer({ ...answered, examination: id }, ben);
    await expect(asBen).rejects.toMatchObject({ code: 'examination-unknown' });
    const other = reviews.answer({ ...answered, examination: id, candidate: nobody }, ada);
    await expect(other).rejects.toMatchObject({ code: 'candidate-not-examined' });
  });

  it('go to the linker as a command, whose reply is kept', async () => {
    const { id, referral, subject, pairs } = await look();
    const candidate = pairs[0]?.candidate.record ?? '';
    const replied = (async () => {
      for (;;) {
        const { rows } = await readModels.pool.query<{ id: string }>(
          'SELECT command_id AS id FROM operations.review_command',
        );
        const command = rows[0]?.id;
        if (command !== undefined) {
          const kind = 'review-referral';
          const reply = {
            programme,
            command,
            kind,
            outcome: 'refused',
            reason: 'decided-already',
            detail: 'No.',
          };
          return orders.recordReplies([reply as never]);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const order = await reviews.answer({ examination: id, candidate, answer: 'same', reason: 'twins' }, ada);
    await replied;
    expect(order).toMatchObject({ state: 'refused', refusal: { reason: 'decided-already', detail: 'No.' } });
    const { rows } = await readModels.pool.query<{ topic: string; value: Buffer }>(
      'SELECT topic, value FROM projector.outbox',
    );
    expect(rows[0]?.topic).toBe('linkage.internal.command.1');
    expect(JSON.parse(String(rows[0]?.value))).toMatchObject({
      ...{ kind: 'review-referral', askedBy: { person: 'ada' }, reason: 'twins' },
      payload: { referral, subject: subject.record, candidate, answer: 'same' },
    });
  });

  it('leave the queue once they are decided, and are listed with who decided and why', async () => {
    const { subject, pairs } = await look();
    await ledger.decide('LinkForbidden', subject.record, pairs[0]?.candidate.record ?? '');
    await readModels.project(ledger);
    expect((await queue.page('ada', { limit: 10, offset: 0 })).waiting).toBe(0);
    const [decision] = await queue.decisions(10);
    expect(decision).toMatchObject({ kind: 'decision', answer: 'different', by: 'test', stands: true });
    await ledger.decide('LinkAllowed', subject.record, pairs[0]?.candidate.record ?? '');
    await readModels.project(ledger);
    expect((await queue.decisions(10)).map(({ kind, stands }) => [kind, stands])).toEqual([
      ['undone', false],
      ['decision', false],
    ]);
    expect((await queue.page('ada', { limit: 10, offset: 0 })).waiting).toBe(1);
  });

  it('do not show one reviewer what another answered, and ask for another one', async () => {
    const { referral, subject, pairs } = await look();
    const candidate = pairs[0]?.candidate.record as RecordId;
    const rows = [ledger.engine.rowOf(subject.record as RecordId), ledger.engine.rowOf(candidate)];
    await ledger.note({
      type: 'ReviewGiven',
      data: {
        ...{
          referral,
          subject: subject.record as RecordId,
          candidate,
          answer: 'same',
          reason: 'twins',
          by: 'ada',
        },
        rows: [rows[0]!.rowKey, rows[1]!.rowKey],
      },
    });
    await readModels.project(ledger);
    const [mine] = (await queue.page('ada', { limit: 10, offset: 0 })).pairs;
    const [theirs] = (await queue.page('ben', { limit: 10, offset: 0 })).pairs;
    expect([mine?.isAnswered, theirs?.isAnswered]).toEqual([true, false]);
    expect(theirs?.standing).toBe('second-awaited');
    expect(JSON.stringify(theirs)).not.toContain('same');
    expect(JSON.stringify((await look(ben)).pairs[0]?.comparison)).not.toContain('same');
  });

  it('forget what looks showed when somebody is erased', async () => {
    const { id } = await look();
    await inTransaction(readModels.pool, forgetExaminations);
    expect(await examinations.find(id, ada)).toBeUndefined();
  });

  it('end as stopped, with nothing shown, where somebody is erased before they are examined', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    const [pair] = (await queue.page('ada', { limit: 10, offset: 0 })).pairs;
    const { id } = await examinations.ask({ referral: pair?.referral ?? nobody, reason }, ada);
    await inTransaction(readModels.pool, forgetExaminations);
    resolve(undefined);
    const outcomes = async () =>
      (await new Looks(readModels.pool).page({ limit: 2 })).map(({ outcome }) => outcome);
    await expect.poll(outcomes).toEqual(['stopped', 'stopped']);
    expect(await examinations.find(id, ada)).toBeUndefined();
  });

  const firstReferral = async () =>
    (await queue.page('ada', { limit: 10, offset: 0 })).pairs[0]?.referral ?? nobody;
  const trail = async (limit: number) => new Looks(readModels.pool).page({ limit });

  it('have their looks ended by another process after a crash that empties the table of questions', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    await examinations.ask({ referral: await firstReferral(), reason }, ada);
    // As PostgreSQL leaves an unlogged table after a crash; and time has passed.
    await readModels.asSuperuser(
      `TRUNCATE operations.review_examination, operations.explanation;
       UPDATE audit.look SET asked_at = now() - interval '2 minutes' WHERE look_id NOT IN (SELECT look_id FROM audit.look_outcome)`,
    );
    const other = newExaminations();
    other.start();
    const outcomes = async () => (await trail(2)).map(({ outcome }) => outcome);
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(['stopped', 'stopped']);
    await other.stop();
    resolve(undefined);
    await examinations.stop();
    expect(await outcomes()).toEqual(['stopped', 'stopped']);
    expect(errors).toEqual([]);
  });

  it('keep looks that wait, and those that have just been noted, however long other ones are over', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    const { id } = await examinations.ask({ referral: await firstReferral(), reason }, ada);
    await readModels.asSuperuser(`UPDATE audit.look SET asked_at = now() - interval '2 minutes'`);
    const abandoned = new AbandonedLooks(readModels.pool);
    await abandoned.end();
    await abandoned.end();
    expect((await trail(2)).map(({ outcome }) => outcome)).toEqual([null, null]);
    resolve(undefined);
    expect((await examined(id, ada)).state).toBe('done');
    expect((await trail(2)).map(({ outcome }) => outcome)).toEqual(['explained', 'explained']);
  });

  it('are ended also where their place in the trail was given out before that of a look that is younger', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    await readModels.asSuperuser(`UPDATE audit.look SET asked_at = now() - interval '2 minutes'`);
    await examinations.ask({ referral: await firstReferral(), reason }, ada);
    // One of the two looks is not written yet.
    const columns = 'look, look_id, asked_at, via, person, roles, stream, subject, as_at, reason';
    await readModels.asSuperuser(
      `CREATE TABLE unwritten AS SELECT ${columns} FROM audit.look ORDER BY look DESC LIMIT 1 OFFSET 1;
       DELETE FROM audit.look WHERE look_id IN (SELECT look_id FROM unwritten)`,
    );
    const abandoned = new AbandonedLooks(readModels.pool);
    await abandoned.end();
    await readModels.asSuperuser(
      `INSERT INTO audit.look (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM unwritten;
       DROP TABLE unwritten; TRUNCATE operations.review_examination;
       UPDATE audit.look SET asked_at = now() - interval '2 minutes'`,
    );
    await abandoned.end();
    expect((await trail(2)).map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped']);
    resolve(undefined);
  });

  it('note a record that the ledger has and the read models did not have yet, before it is shown', async () => {
    const extra = ledger.engine.rowOf(recordOfRow(3)) === undefined ? undefined : recordOfRow(3);
    if (extra === undefined) throw new Error('the ledger has no such record');
    shown = (examined) =>
      examined && {
        ...examined,
        pairs: examined.pairs.flatMap((pair) => [pair, { ...pair, candidate: extra }]),
      };
    const { subject, pairs, asAt } = await look();
    const noted = await trail(3);
    expect(noted.map((one) => one.subject).sort()).toEqual(
      [subject.record, ...pairs.map(({ candidate }) => candidate.record)].sort(),
    );
    for (const one of noted) expect(one).toMatchObject({ person: 'ada', reason, outcome: 'explained' });
    expect(noted.find((one) => one.subject === extra)?.asAt).toBe(asAt);
  });

  it('tell the trail of a record that was noted and not shown after all', async () => {
    shown = (examined) => examined && { ...examined, pairs: [] };
    const { subject } = await look();
    const noted = await trail(2);
    expect(Object.fromEntries(noted.map((one) => [one.subject, one.outcome]))).toEqual({
      [subject.record]: 'explained',
      [noted.find((one) => one.subject !== subject.record)?.subject ?? '']: 'stopped',
    });
  });

  it('of which the file is withdrawn while they are examined end with a reason, and show nothing', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    const { id } = await examinations.ask({ referral: await firstReferral(), reason }, ada);
    for (const submission of ledger.files.keys()) await ledger.withdraw(submission);
    resolve(undefined);
    expect(await examined(id, ada)).toMatchObject({ state: 'failed', result: null });
    expect((await trail(2)).map(({ outcome }) => outcome)).toEqual(['not-in-ledger', 'not-in-ledger']);
    expect(errors).toEqual([]);
  });

  it('are looked at by one person five at a time, and a hundred and twenty times in an hour', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    mayExamine = promise;
    const asked = { referral: await firstReferral(), reason };
    const before = await trail(500);
    const all = await Promise.allSettled(Array.from({ length: 9 }, () => examinations.ask(asked, ada)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const one of all)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'examinations-waiting' });
    // Somebody else has a place still.
    const { id } = await examinations.ask(asked, ben);
    resolve(undefined);
    expect((await examined(id, ben)).state).toBe('done');
    await readModels.pool.query(
      `INSERT INTO operations.review_examination (examination_id, referral_id, person, looks, state, reason, asked_at)
       SELECT gen_random_uuid(), $1, 'ada', '{}', 'failed', 'for the count', now() - interval '59 minutes' FROM generate_series(1, 115)`,
      [asked.referral],
    );
    const again = examinations.ask(asked, ada);
    await expect(again).rejects.toMatchObject({ status: 429, code: 'looks-used-up' });
    // What is declined is no look.
    expect((await trail(500)).length - before.length).toBe(2 * 6);
    await readModels.pool.query(
      `UPDATE operations.review_examination SET asked_at = asked_at - interval '2 minutes' WHERE reason = 'for the count'`,
    );
    await expect(examinations.ask(asked, ada)).resolves.toMatchObject({ state: 'waiting' });
  });
});
