import type { SubmissionId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { born, email, LinkageWorld, nhs, rowKeyOf, type RowSpec } from './testing/linkage-world.js';

const user = 'peep.user';
const sessions = 'peep.engagement';

/** A world that takes one file after another. */
class Files {
  readonly world = new LinkageWorld();
  #sequence = 0;

  submit(dataset: string, ...rows: readonly RowSpec[]): SubmissionId {
    return this.world.submit({ dataset, sequence: ++this.#sequence, rows });
  }

  /** The live record of a row, by the row's id. */
  recordOf(dataset: string, id: string): string | undefined {
    const rowKey = rowKeyOf(dataset, id);
    return [...this.world.reader.records].find(([, known]) => known.live && known.rowKey === rowKey)?.[0];
  }

  get merges() {
    return this.world.events.flatMap(({ type, data }) => (type === 'IndividualsMerged' ? [data] : []));
  }
}

const holder: RowSpec = { id: 'holder', tokens: [nhs('1')] };
const owner: RowSpec = { id: 'owner', tokens: [email('e')] };
const session: RowSpec = { id: 'session', tokens: [nhs('1'), email('e')] };
const corrected: RowSpec = { id: 'session', tokens: [email('e')] };

// Worked out by hand from ADR 0019: an id follows the record with the best claim to it, and of two ids the one
// registered first remains.
describe('a session whose person is withdrawn', () => {
  it('takes that person’s id to the owner of its other address, who was registered later', () => {
    const files = new Files();
    const gone = files.submit(user, holder);
    const first = files.world.whereIs(user, 'holder');
    files.submit(user, owner);
    const second = files.world.whereIs(user, 'owner');
    files.submit(sessions, session);
    expect(files.world.whereIs(sessions, 'session')).toBe(first);
    files.world.withdraw(gone);
    expect(files.world.whereIs(sessions, 'session')).toBe(first);
    expect(files.world.whereIs(user, 'owner')).toBe(first);
    expect(files.world.reader.forwards).toEqual(new Map([[second, first]]));
    expect(files.merges).toMatchObject([
      {
        individual: first,
        absorbed: second,
        decision: { rule: 'email', through: files.recordOf(sessions, 'session') },
      },
    ]);
  });

  it('gives up its id to the owner of its other address, who was registered first', () => {
    const files = new Files();
    files.submit(user, owner);
    const first = files.world.whereIs(user, 'owner');
    const gone = files.submit(user, holder);
    const second = files.world.whereIs(user, 'holder');
    files.submit(sessions, session);
    files.world.withdraw(gone);
    expect(files.world.whereIs(sessions, 'session')).toBe(first);
    expect(files.merges).toMatchObject([
      {
        individual: first,
        absorbed: second,
        decision: { rule: 'email', through: files.recordOf(user, 'owner') },
      },
    ]);
  });
});

describe('a session that is corrected to another person’s address', () => {
  it('moves to that person, and the person whom it leaves keeps the id', () => {
    const files = new Files();
    files.submit(user, holder);
    files.submit(user, owner);
    files.submit(sessions, session);
    const [first, second] = [files.world.whereIs(user, 'holder'), files.world.whereIs(user, 'owner')];
    files.submit(sessions, corrected);
    expect([files.world.whereIs(user, 'holder'), files.world.whereIs(sessions, 'session')]).toEqual([
      first,
      second,
    ]);
    expect(files.merges).toEqual([]);
  });

  it('takes along the id of an individual that had no other record', () => {
    const files = new Files();
    files.submit(sessions, { id: 'session', tokens: [nhs('1')] });
    const first = files.world.whereIs(sessions, 'session');
    files.submit(user, owner);
    const second = files.world.whereIs(user, 'owner');
    files.submit(sessions, corrected);
    expect([files.world.whereIs(user, 'owner'), files.world.whereIs(sessions, 'session')]).toEqual([
      first,
      first,
    ]);
    expect(files.world.reader.forwards).toEqual(new Map([[second, first]]));
  });
});

describe('an individual that loses a session to a new person', () => {
  it('keeps its other sessions if that person does not own their tokens', () => {
    const files = new Files();
    files.submit(
      sessions,
      { id: 'one', tokens: [email('e')] },
      { id: 'two', tokens: [email('e'), nhs('1')] },
    );
    // The NHS number is the stronger token of the second session, which therefore founds another individual.
    expect(files.world.whereIs(sessions, 'one')).not.toBe(files.world.whereIs(sessions, 'two'));
    files.submit(user, holder);
    expect(files.world.whereIs(sessions, 'two')).toBe(files.world.whereIs(user, 'holder'));
    expect(files.world.whereIs(sessions, 'one')).not.toBe(files.world.whereIs(user, 'holder'));
    expect(files.merges).toEqual([]);
  });
});

describe('a session that is referred', () => {
  it('leaves its person, whose id comes back with the person’s record', () => {
    const files = new Files();
    const listed = { ...owner, tokens: [email('e'), born('1990')] };
    const file = files.submit(user, listed);
    const first = files.world.whereIs(user, 'owner');
    files.submit(sessions, { id: 'session', tokens: [email('e')] });
    expect(files.world.whereIs(sessions, 'session')).toBe(first);
    files.submit(user, { id: 'rival', tokens: [email('e'), born('1991')] });
    expect(files.world.whereIs(sessions, 'session')).toBe('(referred)');
    const empty = files.world.submit({ dataset: user, sequence: 9, supersedes: [file], rows: [] });
    expect(files.world.whereIs(sessions, 'session')).toBe(files.world.whereIs(user, 'rival'));
    files.world.withdraw(empty);
    expect(files.world.whereIs(user, 'owner')).toBe(first);
    expect(files.world.whereIs(sessions, 'session')).toBe('(referred)');
  });
});

/** All permutations of the items. */
const orders = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
const names = ['a', 'b', 'c', 'd', 'e'];
/** Orders of five row names. Together they put each name in each place. */
const someOrders = orders(names).filter((_, at) => at % 7 === 0);

describe('a merge of two people whom two new rows join', () => {
  it.each(someOrders.map((order) => [order]))(
    'names, of two rows with tokens of one kind, the one with the smaller key: %s',
    ([x, y1, y2, b1, b2] = []) => {
      const files = new Files();
      const home = [['mobile', 'identity', 'm'] as const, born('d')];
      files.submit(user, { id: x ?? '', tokens: [nhs('1')] });
      files.submit(
        user,
        { id: y1 ?? '', tokens: [email('e'), ...home] },
        { id: y2 ?? '', tokens: [email('f'), ...home] },
      );
      const [first, second] = [files.world.whereIs(user, x ?? ''), files.world.whereIs(user, y1 ?? '')];
      expect(files.world.whereIs(user, y2 ?? '')).toBe(second);
      const bridges = [b1 ?? '', b2 ?? ''];
      files.submit(
        user,
        { id: b1 ?? '', tokens: [nhs('1'), email('e')] },
        { id: b2 ?? '', tokens: [nhs('1'), email('f')] },
      );
      const [smaller] = bridges.sort((one, other) => (rowKeyOf(user, one) < rowKeyOf(user, other) ? -1 : 1));
      expect(files.merges).toMatchObject([
        {
          individual: first,
          absorbed: second,
          decision: { rule: 'email', through: files.recordOf(user, smaller ?? '') },
        },
      ]);
    },
  );

  it.each(
    someOrders.flatMap((order) => [
      { order, turned: false },
      { order, turned: true },
    ]),
  )(
    'names the row with the stronger token, whichever key is smaller and whichever row comes first: $order, turned $turned',
    ({ order: [x, y1, y2, b1, b2], turned }) => {
      const files = new Files();
      const row = (id: string | undefined, ...tokens: RowSpec['tokens']): RowSpec => ({
        ...{ id: id ?? '', role: 'child', tokens },
      });
      const key = ['child-key', 'identity', 'k'] as const;
      const home = [['mobile', 'identity', 'm'] as const, born('d')];
      files.submit(user, row(x, nhs('1')));
      files.submit(user, row(y1, email('e'), ...home), row(y2, key, ...home));
      const bridges = [row(b1, nhs('1'), email('e')), row(b2, nhs('1'), key)];
      files.submit(user, ...(turned ? bridges.toReversed() : bridges));
      expect(files.merges).toMatchObject([
        { decision: { rule: 'child-key', through: files.recordOf(user, b2 ?? '') } },
      ]);
    },
  );
});
