import type { LedgerEvent, SubmissionId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { isSubmissionNotDecidable } from './decider.js';
import { LinkageEngine } from './engine.js';
import { email, LinkageWorld, withdrawal } from './testing/linkage-world.js';

const user = 'peep.user';
const one = { dataset: user, rows: [{ id: 'r1', tokens: [email('e1')] }] };
const idOf = (digit: string): never => digit.repeat(32) as never;
const caught = (step: () => unknown): unknown => {
  try {
    step();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the engine', () => {
  it('refuses a submission that was already decided', () => {
    const world = new LinkageWorld();
    world.submit(one);
    const error = caught(() => world.engine.begin(world.prepare(one).file));
    expect(isSubmissionNotDecidable(error)).toBe(true);
    expect(error).toMatchObject({ reason: 'decided-already' });
  });

  it('refuses to withdraw a submission that is unknown or already withdrawn', () => {
    const world = new LinkageWorld();
    const refusal = (submission: SubmissionId) =>
      caught(() => world.engine.withdraw(withdrawal(submission, 9)));
    expect(refusal(idOf('a'))).toMatchObject({ code: 'submission-not-decidable', reason: 'unknown' });
    const submission = world.submit(one);
    world.withdraw(submission);
    expect(refusal(submission)).toMatchObject({ reason: 'withdrawn-already' });
    expect(isSubmissionNotDecidable(new Error('of another kind'))).toBe(false);
  });

  it('refuses to decide rows that were staged before another decision', () => {
    const world = new LinkageWorld();
    const run = world.engine.begin(world.prepare({ ...one, sequence: 2 }).file);
    world.submit(one);
    expect(() => [...run.decide(world.events.length)]).toThrow('between staging and deciding');
  });

  it('tells how each submission stands', () => {
    const world = new LinkageWorld();
    const [first, second] = [world.submit(one), world.submit({ ...one, sequence: 2 })];
    const third = world.submit({ ...one, sequence: 3, supersedes: [first] });
    world.withdraw(second);
    expect([first, second, third, idOf('a')].map((id) => world.engine.standingOf(id))).toEqual([
      ...['superseded', 'withdrawn', 'standing', 'unknown'],
    ]);
  });

  it('finds erasable, each once, only records in the ledger that are not erased', () => {
    const world = new LinkageWorld();
    world.submit({ ...one, rows: [...one.rows, { id: 'r2', tokens: [email('e2')] }] });
    const [erased, kept] = [...world.reader.records.keys()];
    world.erase([erased!]);
    const { file, rows } = world.prepare({
      ...one,
      sequence: 2,
      rows: [{ id: 'r3', tokens: [email('e3')] }],
    });
    world.engine.begin(file).stage(rows[0]!);
    expect(world.engine.erasable([erased!, kept!, kept!, rows[0]!.record, idOf('a')])).toEqual([kept]);
  });

  it('refuses more than thirty family scopes', () => {
    const scopes = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ scope: `s${at}`, services: ['peep'] }));
    const { strategy } = new LinkageWorld().options;
    expect(() => new LinkageEngine({ strategy, familyScopes: scopes(30) })).not.toThrow();
    expect(() => new LinkageEngine({ strategy, familyScopes: scopes(31) })).toThrow(
      'at most 30 family scopes',
    );
  });
});

describe('a ledger that refers to something that it never introduced', () => {
  const placed = { record: idOf('a'), rowKey: idOf('b'), role: 'adult', individual: idOf('d') };
  it.each<[string, string, object]>([
    ['record', 'RecordsRetired', { reason: 'withdrawn', records: [idOf('a')] }],
    ['submission', 'RecordsCarried', { submission: idOf('a'), records: [] }],
    ['submission', 'SubmissionWithdrawn', { submission: idOf('a') }],
    ['submission', 'RecordsPlaced', { submission: idOf('c'), placements: [{ ...placed, commitments: {} }] }],
    ['individual', 'IndividualsMerged', { individual: idOf('a'), absorbed: idOf('b') }],
  ])('is rejected as broken, naming the %s: %s', (what, type, data) => {
    const { engine } = new LinkageWorld();
    expect(() => engine.apply({ type, data, revision: 0 } as unknown as LedgerEvent)).toThrow(
      new RegExp(`the ledger refers to ${what} [a-d]{32}, which no earlier event introduced`),
    );
  });
});
