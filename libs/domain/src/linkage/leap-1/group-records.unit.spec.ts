import { describe, expect, it } from 'vitest';
import type { Evidence } from '../evidence.js';
import type { PositionConstraints } from '../strategy.js';
import { NONE } from '../typed-column.js';
import { groupRecords } from './group-records.js';

const [NHS, CHILD_KEY, EMAIL, MOBILE] = [0, 1, 2, 3];
/** A child's record that holds tokens: `k` and a number is a child key, `e` an email, `n` an NHS number, `m` a mobile. */
const record = (tokens: string, what: Partial<Evidence> = {}): Evidence => {
  const held = tokens.split(' ').map((name) => {
    const level = { n: NHS, k: CHILD_KEY, e: EMAIL, m: MOBILE }[name[0] as 'n' | 'k' | 'e' | 'm'];
    return { token: 10 * Number(name.slice(1)) + level, level };
  });
  return {
    ...{ child: true, birthDate: NONE, gender: NONE, caseNumber: NONE, dataset: NONE },
    nhsNumbers: held.filter(({ level }) => level === NHS).map(({ token }) => token),
    tokens: held.map(({ token }) => token),
    channels: held.map(({ level }) => level),
    compared: [],
    comparedChannels: [],
    keys: [],
    ...what,
  };
};
const born = (birthDate: number): Partial<Evidence> => ({ birthDate });
const grouped = (records: readonly Evidence[], constraints?: PositionConstraints) => {
  const { groupOf, ambiguous, refusals } = groupRecords(records, constraints);
  return { groups: [...groupOf], ambiguous: [...ambiguous], refusals };
};
/** All permutations of the items. */
const orders = <Item>(items: readonly Item[]): Item[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

describe('a record between two that contradict each other', () => {
  it.each(orders(['born 7', 'born 8', 'says nothing']).map((order) => [order]))(
    'stays alone and is referred with both as candidates, in whatever order they come: %s',
    (order) => {
      const records = order.map((name) =>
        record('e1', name === 'says nothing' ? {} : born(name === 'born 7' ? 7 : 8)),
      );
      const between = order.indexOf('says nothing');
      const others = [0, 1, 2].filter((position) => position !== between);
      const { groups, ambiguous, refusals } = grouped(records);
      expect(groups).toEqual([0, 1, 2]);
      expect(ambiguous).toEqual(order.map((_, position) => (position === between ? 1 : 0)));
      expect(refusals).toHaveLength(2);
      expect(refusals).toContainEqual({
        ...{ reason: 'ambiguous', ground: { rule: 'email' }, subject: between, candidates: others },
      });
      expect(refusals).toContainEqual({
        ...{
          reason: 'birth-dates-differ',
          ground: { rule: 'email' },
          subject: others[0],
          candidates: [others[1]],
        },
      });
    },
  );

  it('is not joined through a weaker token either, and does not keep others apart there', () => {
    const records = [
      record('k1', born(7)),
      record('k1', born(8)),
      record('k1 e1'),
      record('e1'),
      record('e1', born(9)),
    ];
    expect(grouped(records).groups).toEqual([0, 1, 2, 3, 3]);
  });

  it('does not keep apart two records that agree', () => {
    const records = [record('e1', born(7)), record('e1'), record('e1', born(8)), record('e1', born(7))];
    expect(grouped(records).groups).toEqual([0, 1, 2, 0]);
    const betweenFirst = [record('e1'), record('e1', born(7)), record('e1', born(8)), record('e1', born(7))];
    expect(grouped(betweenFirst).groups).toEqual([0, 1, 2, 1]);
  });

  it.each(orders(['girl born 7', 'girl', 'boy born 7']).map((order) => [order]))(
    'stays alone if its birth date confirms one of two genders, and the other has none, in whatever order they come: %s',
    (order) => {
      const records = order.map((name) =>
        record('e1', {
          gender: name.startsWith('girl') ? 1 : 2,
          birthDate: name.endsWith('7') ? 7 : NONE,
        }),
      );
      const { groups, ambiguous } = grouped(records);
      expect(groups).toEqual([0, 1, 2]);
      expect(ambiguous).toEqual(order.map((name) => (name === 'girl born 7' ? 1 : 0)));
    },
  );
});

describe('grouping records with equal evidence', () => {
  it('keeps them apart, each naming the other, if each could belong to either of two rivals', () => {
    const records = [record('e1'), record('e1'), record('e1', born(7)), record('e1', born(8))];
    const { groups, ambiguous, refusals } = grouped(records);
    expect(groups).toEqual([0, 1, 2, 3]);
    expect(ambiguous).toEqual([1, 1, 0, 0]);
    expect(refusals).toContainEqual({
      ...{ reason: 'ambiguous', ground: { rule: 'email' }, subject: 0, candidates: [1, 2, 3] },
    });
    expect(refusals.filter(({ reason }) => reason === 'ambiguous')).toHaveLength(1);
  });

  it('has each name the other even if one of them is two rows that share an address of their own', () => {
    const records = [
      record('e1 k1'),
      record('e1 e2 k2'),
      record('e2 k2'),
      record('e1', born(7)),
      record('e1', born(8)),
    ];
    const { groups, refusals } = grouped(records);
    expect(groups).toEqual([0, 1, 1, 3, 4]);
    expect(refusals.filter(({ reason }) => reason === 'ambiguous')).toEqual([
      { reason: 'ambiguous', ground: { rule: 'email' }, subject: 0, candidates: [1, 3, 4] },
    ]);
  });

  it('joins them in the presence of a rival of both, unless a person’s decision keeps them apart', () => {
    const records = [record('e1', born(7)), record('e1', born(7)), record('e1', born(8))];
    expect(grouped(records).groups).toEqual([0, 0, 2]);
    expect(grouped(records, { neverLink: [[0, 1]], reviewedLink: [] }).groups).toEqual([0, 1, 2]);
  });
});

describe('a record with two NHS numbers', () => {
  it('is not its own rival', () => {
    const records = [record('e1 n1 n2', born(7)), record('e1', born(7)), record('e1', born(8))];
    expect(grouped(records).groups).toEqual([0, 0, 2]);
  });
});

describe('grouping, when links of one level exclude one another,', () => {
  it('prefers the pair with the smallest first row, then the pair with the smallest second row', () => {
    // 0 and 4 join first. Then 1 takes 2 and 3, and so contradicts 4 by birth date.
    const bySecond = [
      record('e3', born(7)),
      record('e1 e2'),
      record('e1'),
      record('e2', born(8)),
      record('e1 e3'),
    ];
    expect(grouped(bySecond).groups).toEqual([0, 1, 1, 1, 0]);
    // 0 takes 2 and 3 before 1 comes to 2.
    const byFirst = [record('e1 e2'), record('e3', born(7)), record('e1 e3'), record('e2', born(8))];
    expect(grouped(byFirst).groups).toEqual([0, 1, 0, 0]);
  });

  it('refuses no link between records that another token joins anyway', () => {
    const listed = { dataset: 1 };
    const records = [
      record('k1 e1', { ...listed, caseNumber: 1 }),
      record('k1 e1', { ...listed, caseNumber: 2 }),
    ];
    expect(grouped(records)).toMatchObject({ groups: [0, 0], refusals: [] });
  });

  it('does not treat a group joined by a token as reviewed', () => {
    const [F, M] = [{ gender: 1 }, { gender: 2 }];
    const records = [
      record('k1 e1', { ...born(7), ...F }),
      record('k1', born(7)),
      record('k1', born(8)),
      record('e1', M),
    ];
    // One has a birth date and the other has none: no birth date confirms the email, and the genders differ.
    expect(grouped(records)).toMatchObject({
      groups: [0, 0, 2, 3],
      refusals: [{ reason: 'birth-dates-differ' }, { reason: 'genders-differ', subject: 0, candidates: [3] }],
    });
  });
});

describe('a mobile', () => {
  it('joins records with the same birth date, and none without a birth date', () => {
    const records = [
      record('m1'),
      record('m1'),
      record('m1', born(7)),
      record('m1', born(7)),
      record('m1', born(8)),
    ];
    expect(grouped(records)).toMatchObject({ groups: [0, 1, 2, 2, 4], refusals: [] });
  });
});

describe('a record that two addresses join to others', () => {
  it.each([1, 2, 3, 4, 5])(
    'meets a record of the address that first had two holders, not one of the %d holders of the other',
    (count) => {
      const others = Array.from({ length: count }, () => record('e2'));
      const { met } = groupRecords([record('e1'), record('e1'), ...others, record('e1 e2')]);
      expect(met.at(-1)).toBe(0);
    },
  );
});

describe('a token that a record holds twice', () => {
  it('lets the record meet others, but not itself', () => {
    const { met } = groupRecords([record('e1 e1'), record('e2 e2'), record('e1')]);
    expect([...met]).toEqual([2, NONE, 0]);
  });
});

describe('a refusal', () => {
  it('names all groups that one record contradicts for one reason', () => {
    const { groups, refusals } = grouped([7, 8, 9].map((day) => record('e1', born(day))));
    expect(groups).toEqual([0, 1, 2]);
    expect(refusals).toEqual([
      { reason: 'birth-dates-differ', ground: { rule: 'email' }, subject: 0, candidates: [1, 2] },
      { reason: 'birth-dates-differ', ground: { rule: 'email' }, subject: 1, candidates: [2] },
    ]);
  });

  it('is stated once, at the stronger level, for two records that share a stronger and a weaker token', () => {
    const { refusals } = grouped([record('k1 e1', born(7)), record('k1 e1', born(8))]);
    expect(refusals).toEqual([
      { reason: 'birth-dates-differ', ground: { rule: 'child-key' }, subject: 0, candidates: [1] },
    ]);
  });
});

describe('a person’s decision', () => {
  const none: PositionConstraints = { neverLink: [], reviewedLink: [] };

  it('joins records that contradict each other, but no third that shares no value with either', () => {
    const records = [record('e1', born(7)), record('e1', born(8)), record('e1', born(9))];
    expect(grouped(records, { ...none, reviewedLink: [[0, 1]] }).groups).toEqual([0, 0, 2]);
  });

  it('lets a third record join that shares a value with either of the two', () => {
    const records = [record('e1', born(7)), record('e1', born(8)), record('e1', born(7))];
    expect(grouped(records, { ...none, reviewedLink: [[0, 1]] }).groups).toEqual([0, 0, 0]);
  });

  it('does not decide for a record between two others that contradict each other, though both join its group', () => {
    const records = [7, 8, 7, 8].map((day) => record('e1', born(day)));
    const { groups, ambiguous } = grouped([...records, record('e1')], { ...none, reviewedLink: [[0, 1]] });
    expect(groups).toEqual([0, 0, 0, 0, 4]);
    expect(ambiguous).toEqual([0, 0, 0, 0, 1]);
  });

  it('takes effect in row order, whichever row its pair names first', () => {
    const records = [record('e1'), record('e2'), record('e3')];
    for (const first of [[0, 2] as const, [2, 0] as const])
      for (const second of [[1, 2] as const, [2, 1] as const])
        for (const reviewedLink of [
          [first, second],
          [second, first],
        ])
          expect(grouped(records, { neverLink: [[0, 1]], reviewedLink })).toMatchObject({
            groups: [0, 1, 0],
            refusals: [{ reason: 'forbidden', subject: 0, candidates: [1] }],
          });
  });

  it('keeps apart the records that it names, and no others', () => {
    const records = [record('e1', born(7)), record('e1', born(7)), record('e1', born(8))];
    for (const neverLink of [[[0, 2] as const], [[2, 0] as const]])
      expect(grouped(records, { ...none, neverLink }).groups).toEqual([0, 0, 2]);
  });

  it('joins records without any token, in either order of the pair', () => {
    const records = [record('e1'), record('e2'), record('e3')];
    expect(grouped(records, { ...none, reviewedLink: [[2, 0]] }).groups).toEqual([0, 1, 0]);
  });

  it('keeps apart records that a token would join, and is reported', () => {
    const { groups, refusals } = grouped([record('e1'), record('e1')], { ...none, neverLink: [[1, 0]] });
    expect(groups).toEqual([0, 1]);
    expect(refusals).toEqual([
      { reason: 'forbidden', ground: { rule: 'email' }, subject: 0, candidates: [1] },
    ]);
  });

  it('that forbids a link overrides one that makes it', () => {
    const records = [record('e1'), record('e2')];
    const both: PositionConstraints = { neverLink: [[0, 1]], reviewedLink: [[0, 1]] };
    expect(grouped(records, both)).toMatchObject({ groups: [0, 1], refusals: [{ reason: 'forbidden' }] });
  });

  it('keeps apart two records that a third would join, and the third stays alone between them', () => {
    const records = [record('e1'), record('e1 e2'), record('e2')];
    const { groups, refusals } = grouped(records, { ...none, neverLink: [[0, 2]] });
    expect(groups).toEqual([0, 1, 2]);
    expect(refusals).toEqual([
      { reason: 'ambiguous', ground: { rule: 'email' }, subject: 1, candidates: [0, 2] },
    ]);
  });
});
