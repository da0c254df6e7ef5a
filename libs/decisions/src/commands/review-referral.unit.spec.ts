import type { RecordId, ReferralId, ReviewAnswer } from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import type { Step } from '@kinledger/domain/testing';
import { describe, expect, it } from 'vitest';
import { replayLedger } from '../replay/replay-ledger.js';
import { programmeOfHistories, RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';
import type { RowPair } from '../reviews/review-book.js';
import { standingOfPair } from '../reviews/settles.js';

type Submitted = Extract<Step, { readonly kind: 'submit' }>;

const person = (id: string, born: string, note = id): Submitted['rows'][number] => ({
  ...{ id, role: 'adult', note },
  tokens: [
    ['email', 'identity', 'shared'],
    ['birth-date', 'guard', born],
  ],
});
const submit = (period: number, rows: Submitted['rows']): Step => ({
  ...{ kind: 'submit', dataset: 0, period, replaces: false, repeats: false, rows },
});
/** Two adults of one e-mail address and two birth dates: the rules refer them. */
const doubt = submit(0, [person('r0', 'b1'), person('r1', 'b2')]);

/** A history with one referral, and what reviewers do with it. */
async function referred(asked: Parameters<typeof programmeOfHistories>[1] = {}) {
  const history = await RecordedHistory.begin(undefined, programmeOfHistories(undefined, asked));
  await history.step(doubt);
  const [waiting] = history.ledger.reviews.referrals();
  if (waiting === undefined) throw new Error('nothing was referred');
  const [referral, { subject, candidates }] = waiting;
  const candidate = candidates[0] as RecordId; // a referral has one
  const answer = (said: ReviewAnswer, by: string, about: { readonly referral?: ReferralId } = {}) =>
    history.review(
      { kind: 'review-referral', payload: { referral, subject, candidate, answer: said, ...about } },
      by,
    );
  const undo = (by: string) => history.review({ kind: 'undo-review', payload: { subject, candidate } }, by);
  const areOne = () =>
    history.ledger.engine.individualOf(subject) === history.ledger.engine.individualOf(candidate);
  const last = async () => {
    const [event] = await history.store.readPage(STREAM, await history.store.head(STREAM), 1);
    return JSON.parse(Buffer.from(event?.bytes ?? []).toString('utf8')) as { type: string; data: object };
  };
  const rows = () =>
    [subject, candidate].map((record) => history.ledger.engine.rowOf(record)?.rowKey) as RowPair; // in the ledger
  return { history, referral, subject, candidate, answer, undo, areOne, last, rows };
}

const replayed = async ({ store }: RecordedHistory) =>
  (
    await replayLedger({
      ...{ store, stream: STREAM, signal: new AbortController().signal },
      engine: (options) => new LinkageEngine(options),
    })
  ).counts;

describe('a review of a referral', () => {
  it('that says same joins the two, names who decided and what was reviewed, and ends the referral', async () => {
    const { history, referral, subject, candidate, answer, areOne, last, rows } = await referred();
    expect(areOne()).toBe(false);
    expect(await answer('same', 'ada')).toBeUndefined();
    expect(areOne()).toBe(true);
    expect(await last()).toMatchObject({
      type: 'LinkReviewed',
      data: { rows: rows(), by: 'ada', reason: 'asked-for', review: { referral, subject, candidate } },
    });
    expect(history.ledger.openReferrals).toBe(0);
    expect(await answer('different', 'ben')).toBe('referral-unknown');
  });

  it('that says different keeps the rows apart, and nobody is asked again', async () => {
    const { history, answer, areOne, last } = await referred();
    await answer('different', 'ada');
    expect(areOne()).toBe(false);
    expect((await last()).type).toBe('LinkForbidden');
    expect(history.ledger.openReferrals).toBe(0);
  });

  it('that says different holds for corrected rows that agree on everything', async () => {
    const { history, answer, areOne } = await referred();
    await answer('different', 'ada');
    await history.step(submit(1, [person('r0', 'b1', 'corrected'), person('r1', 'b1', 'corrected')]));
    expect(areOne()).toBe(false);
    expect(history.ledger.openReferrals).toBe(0);
    const [kept] = history.ledger.reviews.referrals();
    if (kept === undefined) throw new Error('nothing says that a decision keeps them apart');
    const [referral, { subject, candidates, reason }] = kept;
    expect(reason).toBe('forbidden');
    const payload = { referral, subject, candidate: candidates[0] as RecordId, answer: 'same' as const };
    expect(await history.review({ kind: 'review-referral', payload }, 'ben')).toBe('decided-already');
  });

  it('that is unsure changes no link, is kept, and leaves the pair to the same or another person', async () => {
    const { history, answer, areOne, last, rows } = await referred();
    await answer('unsure', 'ada');
    expect(await last()).toMatchObject({ type: 'ReviewGiven', data: { answer: 'unsure', by: 'ada' } });
    expect([areOne(), history.ledger.openReferrals]).toEqual([false, 1]);
    expect(standingOfPair(history.ledger.reviews.opinionsOn(rows()))).toBe('unsure');
    expect(await answer('same', 'ada')).toBeUndefined();
    expect(areOne()).toBe(true);
  });

  it('that is undone gives back what the rules say, and the doubt waits again', async () => {
    const { history, referral, answer, undo, areOne, last } = await referred();
    expect(await undo('ada')).toBe('not-decided');
    await answer('same', 'ada');
    expect(await undo('ben')).toBeUndefined();
    expect([areOne(), (await last()).type]).toEqual([false, 'LinkAllowed']);
    expect([...history.ledger.reviews.referrals()].map(([id]) => id)).toEqual([referral]);
    expect(await answer('different', 'ada')).toBeUndefined();
  });

  it('is refused for a referral that is unknown, or that names other records', async () => {
    const { history, candidate, referral, answer } = await referred();
    expect(await answer('same', 'ada', { referral: '0'.repeat(32) as ReferralId })).toBe('referral-unknown');
    const payload = { referral, subject: candidate, candidate, answer: 'same' as const };
    expect(await history.review({ kind: 'review-referral', payload }, 'ada')).toBe('referral-unknown');
  });

  it('is refused for a record of a sensitive dataset, as if nothing was referred', async () => {
    const { answer, areOne } = await referred({ sensitive: ['alpha.user'] });
    expect(await answer('same', 'ada')).toBe('referral-unknown');
    expect(areOne()).toBe(false);
  });

  it('is refused where only an earlier definition called the dataset sensitive', async () => {
    const { history, answer, undo } = await referred({ sensitive: ['alpha.user'] });
    await history.adopt(5);
    expect(await answer('same', 'ada')).toBe('referral-unknown');
    expect(await undo('ada')).toBe('not-decided');
    await history.readAgain();
    expect(history.ledger.definitions).toHaveLength(2);
    expect(new Set(history.ledger.definitions).size).toBe(2);
    expect(history.ledger.definitions.at(-1)).toBe(history.ledger.definition?.digest);
  });

  it('survives a restart, with what reviewers said', async () => {
    const { history, answer, rows } = await referred({ reviews: { secondReviewer: 'always' } });
    await answer('same', 'ada');
    await history.readAgain();
    expect(history.ledger.reviews.opinionsOn(rows())).toEqual([{ by: 'ada', answer: 'same' }]);
  });

  it('comes out the same when the ledger is replayed', async () => {
    const { history, answer, undo } = await referred({ reviews: { secondReviewer: 'always' } });
    await answer('unsure', 'ada');
    await answer('same', 'ada');
    await answer('same', 'ben');
    await undo('cyd');
    await answer('different', 'ada');
    expect(await replayed(history)).toMatchObject({ diverged: 0, 'not-decidable': 0 });
  });
});

describe('two reviewers', () => {
  const second = { reviews: { secondReviewer: 'always' as const } };

  it('decide when they agree, and not before', async () => {
    const { answer, areOne, last } = await referred(second);
    await answer('same', 'ada');
    expect([areOne(), (await last()).type]).toEqual([false, 'ReviewGiven']);
    await answer('same', 'ben');
    expect([areOne(), (await last()).type]).toEqual([true, 'LinkReviewed']);
  });

  it('are two people: the first may not answer again', async () => {
    const { answer, areOne } = await referred(second);
    await answer('same', 'ada');
    expect(await answer('same', 'ada')).toBe('reviewed-by-you-already');
    expect(areOne()).toBe(false);
  });

  it('who disagree leave the pair disputed, which a third settles', async () => {
    const { history, answer, areOne, last, rows } = await referred(second);
    await answer('same', 'ada');
    await answer('different', 'ben');
    expect(standingOfPair(history.ledger.reviews.opinionsOn(rows()))).toBe('disputed');
    expect([areOne(), history.ledger.openReferrals]).toEqual([false, 1]);
    await answer('unsure', 'cyd');
    await answer('different', 'dee');
    expect([areOne(), (await last()).type, history.ledger.openReferrals]).toEqual([
      false,
      'LinkForbidden',
      0,
    ]);
  });

  it('are asked for the reasons that the programme names alone', async () => {
    const named = await referred({ reviews: { secondReviewer: ['birth-dates-differ'] } });
    await named.answer('same', 'ada');
    expect(named.areOne()).toBe(false);
    const others = await referred({ reviews: { secondReviewer: ['nhs-numbers-differ'] } });
    await others.answer('same', 'ada');
    expect(others.areOne()).toBe(true);
  });
});
