import type { ReferralId } from '@kinledger/contracts';
import { historyWithConstraints, historyWithErasures, runs, type Step } from '@kinledger/domain/testing';
import { InMemoryEventStore, InMemoryLedger, type EventStore } from '@kinledger/event-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';
import { ReferralExaminer } from './referral-examiner.js';

const { signal } = new AbortController();
type Submitted = Extract<Step, { readonly kind: 'submit' }>;

const person = (id: string, born: string, email = 'shared'): Submitted['rows'][number] => ({
  ...{ id, role: 'adult', note: id },
  tokens: [
    ['email', 'identity', email],
    ['birth-date', 'guard', born],
  ],
});
const submit = (period: number, rows: Submitted['rows']): Step => ({
  ...{ kind: 'submit', dataset: 0, period, replaces: false, repeats: false, rows },
});
const doubt = submit(0, [person('r0', 'b1'), person('r1', 'b2')]);
const another = submit(1, [person('r2', 'b1', 'other'), person('r3', 'b2', 'other')]);

const waitingIn = ({ ledger }: RecordedHistory): ReferralId[] =>
  [...ledger.reviews.referrals()].map(([id]) => id);
const examinerOf = (store: EventStore) => new ReferralExaminer({ store, stream: STREAM, pageSize: 3 });

/** A store that tells which events were read with their bodies. */
function watched(inner: EventStore) {
  const read: number[] = [];
  const readSegments: EventStore['readSegments'] = (stream, from, to) => {
    read.push(...Array.from({ length: to - from + 1 }, (_, index) => from + index));
    return inner.readSegments(stream, from, to);
  };
  const store = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'readSegments') return readSegments;
      const found = Reflect.get(target, name) as unknown;
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
  return { store, read };
}

describe('an examiner of referrals', () => {
  it('shows the same as one that reads the whole ledger, whatever was decided in between', async () => {
    let examined = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(historyWithConstraints(8), historyWithErasures(8)),
        fc.array(fc.nat(8), { maxLength: 2 }),
        async (steps, adoptions) => {
          const history = await RecordedHistory.begin();
          const kept = examinerOf(history.store);
          for (const [place, step] of steps.entries()) {
            await history.step(step);
            if (adoptions.includes(place)) await history.adopt(40 + place);
            if (place === 5) await history.rotateKeys();
            for (const referral of waitingIn(history)) {
              const fresh = await examinerOf(history.store).examine(referral, signal);
              expect(await kept.examine(referral, signal)).toEqual(fresh);
              examined += fresh === undefined ? 0 : 1;
            }
          }
        },
      ),
      runs(60),
    );
    expect(examined).toBeGreaterThan(10);
  });

  it('reads the bodies before it once, and then only those of what was decided since', async () => {
    const history = await RecordedHistory.of([doubt]);
    const { store, read } = watched(history.store);
    const examiner = examinerOf(store);
    const [referral] = waitingIn(history) as [ReferralId];
    await examiner.examine(referral, signal);
    const head = await store.head(STREAM);
    expect(read.splice(0)).toEqual(Array.from({ length: head + 1 }, (_, revision) => revision));
    await examiner.examine(referral, signal);
    expect(read).toEqual([]);
    await history.step(another);
    expect(waitingIn(history)).toHaveLength(2);
    for (const each of waitingIn(history)) expect(await examiner.examine(each, signal)).toBeDefined();
    expect(new Set(read)).toEqual(
      new Set(Array.from({ length: history.ledger.closedAt - head }, (_, index) => head + 1 + index)),
    );
    expect(examiner.bytes).toBeGreaterThan(0);
  });

  it('reads anew where another ledger is in its place, as after a restore from a backup', async () => {
    const [one, other] = [
      await RecordedHistory.of([doubt, another]),
      await RecordedHistory.of([another, doubt]),
    ];
    let store: EventStore = one.store;
    const turning = new Proxy(one.store, {
      get: (_, name) => {
        const found = Reflect.get(store, name) as unknown;
        return typeof found === 'function' ? (found.bind(store) as unknown) : found;
      },
    });
    const examiner = examinerOf(turning);
    await examiner.examine(waitingIn(one)[0] as ReferralId, signal);
    store = other.store;
    for (const referral of waitingIn(other))
      expect(await examiner.examine(referral, signal)).toEqual(
        await examinerOf(other.store).examine(referral, signal),
      );
    store = new InMemoryEventStore(new InMemoryLedger());
    expect(await examiner.examine(waitingIn(one)[0] as ReferralId, signal)).toBeUndefined();
  });

  it('forgets what it had half applied when reading fails, and goes on from the beginning', async () => {
    const history = await RecordedHistory.of([doubt]);
    let fails = false;
    const { store } = watched(history.store);
    const failing = new Proxy(store, {
      get: (target, name) => {
        const found = Reflect.get(target, name) as unknown;
        if (name !== 'readSegments' || !fails) return found;
        return () => Promise.reject(new Error('the store is gone'));
      },
    });
    const examiner = examinerOf(failing);
    const [referral] = waitingIn(history) as [ReferralId];
    const before = await examiner.examine(referral, signal);
    await history.step(another);
    fails = true;
    await expect(examiner.examine(referral, signal)).rejects.toThrow('the store is gone');
    fails = false;
    const after = await examiner.examine(referral, signal);
    expect(after?.pairs).toEqual(before?.pairs);
    expect(after?.asAt).toBe(history.ledger.closedAt);
  });
});
