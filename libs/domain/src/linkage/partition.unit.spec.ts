import type { DatasetId, Role, RowKey } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { noConstraints, partition, type LinkageRecord, type LinkConstraints } from './partition.js';
import {
  born,
  carerEmail,
  caseNumber,
  childKey,
  email,
  gender,
  mobile,
  nhs,
  rowKeyOf,
  testSettings,
  testStrategy,
  tokensOf,
  type TokenSpec,
} from './testing/linkage-world.js';

const SERVICE = 'baby-steps.user';
const names = new Map<RowKey, string>();

function row(
  name: string,
  tokens: readonly TokenSpec[],
  { role = 'adult', dataset = SERVICE }: { role?: Role; dataset?: string } = {},
): LinkageRecord {
  const rowKey = rowKeyOf(dataset, name);
  names.set(rowKey, name);
  const kind = dataset.endsWith('.user') ? 'person' : 'fact';
  return { rowKey, role, kind, dataset: dataset as DatasetId, tokens: tokensOf(tokens) };
}
const adult = (name: string, ...tokens: TokenSpec[]) => row(name, tokens);
const child = (name: string, ...tokens: TokenSpec[]) => row(name, tokens, { role: 'child' });
const elsewhere = (record: LinkageRecord, dataset = 'health-visiting.user'): LinkageRecord => ({
  ...record,
  dataset: dataset as DatasetId,
});
const session = (name: string, role: Role, ...tokens: TokenSpec[]) =>
  row(name, tokens, { role, dataset: 'baby-steps.engagement' });

const nameOf = (rowKey: RowKey): string => names.get(rowKey) ?? rowKey;

/** The result in names: groups as `a b` with facts after a colon, rows set aside, and referrals. */
function link(records: readonly LinkageRecord[], constraints: LinkConstraints = noConstraints) {
  const { groups, setAside, referrals, tokensWithoutForce } = partition(records, constraints, testStrategy);
  const list = (keys: readonly RowKey[]) => keys.map(nameOf).sort().join(' ');
  return {
    groups: groups
      .map(({ persons, facts }) => list(persons) + (facts.length === 0 ? '' : `: ${list(facts)}`))
      .sort(),
    setAside: setAside.map(({ rowKey, reason }) => `${nameOf(rowKey)} ${reason}`).sort(),
    referrals: referrals
      .map(
        ({ reason, ground, subject, candidates }) =>
          `${ground.rule} ${reason}: ${list([subject, ...candidates])}`,
      )
      .sort(),
    withoutForce: tokensWithoutForce.length,
  };
}

const clean = { setAside: [], referrals: [], withoutForce: 0 };

describe('leap-1, joining rows,', () => {
  it.each([
    ['an NHS number', nhs('1')],
    ['a child key', childKey('1')],
  ])('makes two rows one child by %s', (_, token) => {
    const records = [child('a', token), elsewhere(child('b', token))];
    expect(link(records)).toEqual({ groups: ['a b'], ...clean });
  });

  it('makes two rows one adult by an email', () => {
    expect(link([adult('a', email('e')), adult('b', email('e'))]).groups).toEqual(['a b']);
  });

  it('joins rows in a chain, each link by another token', () => {
    const records = [
      adult('a', nhs('1')),
      adult('b', nhs('1'), email('e')),
      adult('c', email('e'), mobile('m'), born('1990')),
      adult('d', mobile('m'), born('1990')),
    ];
    expect(link(records).groups).toEqual(['a b c d']);
  });

  it('joins by a mobile only if the birth dates agree', () => {
    const m = mobile('m');
    const records = [adult('a', m, born('1990')), adult('b', m, born('1990')), adult('c', m, born('1991'))];
    expect(link(records).groups).toEqual(['a b', 'c']);
    expect(link([adult('a', m), adult('b', m)])).toMatchObject({
      groups: [],
      setAside: ['a unlinkable', 'b unlinkable'],
    });
  });

  it('identifies nobody by guards or a carer’s tokens', () => {
    const records = [
      child('a', carerEmail('e'), born('2020'), gender('F')),
      child('b', carerEmail('e'), born('2020'), gender('F')),
    ];
    expect(link(records)).toMatchObject({ groups: [], setAside: ['a unlinkable', 'b unlinkable'] });
  });
});

describe('leap-1, where rows contradict each other,', () => {
  it('refers two NHS numbers under one child key', () => {
    const records = [child('a', nhs('1'), childKey('k')), child('b', nhs('2'), childKey('k'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['child-key nhs-numbers-differ: a b'],
    });
  });

  it('refers two birth dates under one email: a couple, or a mistake', () => {
    const records = [adult('a', email('e'), born('1990')), adult('b', email('e'), born('1991'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['email birth-dates-differ: a b'],
    });
  });

  it('never joins a child and an adult', () => {
    const records = [child('a', nhs('1')), adult('b', nhs('1'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['nhs-number child-and-adult: a b'],
    });
  });

  it('leaves alone, and refers, a row that could belong to either of two that contradict each other', () => {
    const records = [
      adult('a', email('e'), born('1990')),
      adult('b', email('e'), born('1991')),
      adult('c', email('e')),
    ];
    const { groups, referrals } = link(records);
    expect(groups).toEqual(['a', 'b', 'c']);
    expect(referrals).toContain('email ambiguous: a b c');
  });
});

describe('leap-1, for twins of one gender whose names begin alike,', () => {
  const twin = (name: string, number: string, ...more: TokenSpec[]) =>
    child(name, childKey('k'), caseNumber(number), ...more);

  it('keeps them apart if one dataset lists them under two case numbers', () => {
    expect(link([twin('a', '1'), twin('b', '2')])).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['child-key case-numbers-differ: a b'],
    });
  });

  it('joins a row of a third service to one of them only by an NHS number', () => {
    const [a, b] = [twin('a', '1', nhs('1')), twin('b', '2')];
    expect(link([a, b, elsewhere(child('c', childKey('k'), nhs('1')))]).groups).toEqual(['a c', 'b']);
    expect(link([a, b, elsewhere(child('d', childKey('k')))]).groups).toEqual(['a', 'b', 'd']);
  });

  it('makes one child of two registrations if both rows have its NHS number', () => {
    expect(link([twin('a', '1', nhs('1')), twin('b', '2', nhs('1'))])).toEqual({ groups: ['a b'], ...clean });
  });

  it('does not treat case numbers of two datasets as two cases', () => {
    expect(link([twin('a', '1'), elsewhere(twin('b', '2'))]).groups).toEqual(['a b']);
  });

  it('attaches a session to a twin by its case number', () => {
    const records = [
      twin('a', '1'),
      twin('b', '2'),
      session('s', 'child', childKey('k'), caseNumber('1')),
      session('t', 'child', childKey('k')),
    ];
    expect(link(records)).toMatchObject({ groups: ['a: s', 'b'], setAside: ['t referred'] });
  });
});

describe('leap-1, for a couple with one email,', () => {
  it('keeps them apart if the genders differ and no birth date confirms the email', () => {
    const records = [adult('a', email('e'), gender('F'), born('1990')), adult('b', email('e'), gender('M'))];
    expect(link(records)).toMatchObject({ groups: ['a', 'b'], referrals: ['email genders-differ: a b'] });
  });

  it('makes one person of two rows with different genders if the birth date confirms the email', () => {
    const records = [
      adult('a', email('e'), gender('F'), born('1990')),
      adult('b', email('e'), gender('M'), born('1990')),
    ];
    expect(link(records).groups).toEqual(['a b']);
  });
});

describe('leap-1, on the force of a token,', () => {
  const holders = (dates: number, each = 1) =>
    Array.from({ length: dates * each }, (_, n) => adult(`h${n}`, email('none'), born(String(n % dates))));

  it('keeps it up to the limit of birth dates among the holders, and removes it beyond', () => {
    expect(link(holders(testSettings.maxBirthDatesPerToken)).withoutForce).toBe(0);
    expect(link(holders(testSettings.maxBirthDatesPerToken + 1))).toMatchObject({
      groups: [],
      withoutForce: 1,
    });
  });

  it('links rows by their other tokens once it is gone', () => {
    const records = [...holders(3), adult('a', email('none'), nhs('1')), adult('b', nhs('1'))];
    expect(link(records).groups).toEqual(['a b']);
  });

  it('removes it from a token on too many rows without a mark', () => {
    const many = Array.from({ length: testSettings.maxHoldersPerToken + 1 }, (_, n) =>
      adult(`h${n}`, email('none')),
    );
    expect(link(many)).toMatchObject({ groups: [], withoutForce: 1 });
  });
});

describe('leap-1, for facts,', () => {
  it('attaches a fact to the individual who owns its strongest token', () => {
    const records = [adult('a', email('e')), session('s', 'adult', email('e'))];
    expect(link(records)).toEqual({ groups: ['a: s'], ...clean });
  });

  it('never joins two people through the tokens of one fact', () => {
    const records = [
      adult('a', nhs('1')),
      adult('b', email('e')),
      session('s', 'adult', nhs('1'), email('e')),
    ];
    expect(link(records).groups).toEqual(['a: s', 'b']);
  });

  it('founds one individual from facts whose shared token nobody owns', () => {
    const records = [session('s', 'adult', email('e')), session('t', 'adult', email('e'))];
    expect(link(records)).toEqual({ groups: [': s t'], ...clean });
  });

  it('refers a fact whose token two people own, unless a birth date or a case number decides', () => {
    const couple = [
      adult('a', email('e'), born('1990'), caseNumber('1')),
      adult('b', email('e'), born('1991'), caseNumber('2')),
    ];
    const of = (...more: TokenSpec[]) => link([...couple, session('s', 'adult', email('e'), ...more)]);
    expect(of().setAside).toEqual(['s referred']);
    expect(of(born('1991')).groups).toEqual(['a', 'b: s']);
    expect(of(caseNumber('1')).groups).toEqual(['a: s', 'b']);
    expect(of(caseNumber('3')).setAside).toEqual(['s referred']);
  });
});

describe('a person’s decision', () => {
  const pair = [rowKeyOf(SERVICE, 'a'), rowKeyOf(SERVICE, 'b')] as const;
  const records = [adult('a', email('e')), adult('b', email('e'))];

  it('that forbids a link overrides every token', () => {
    expect(link(records, { ...noConstraints, neverLink: [pair] })).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['email forbidden: a b'],
    });
  });

  it('that makes a link joins rows that contradict each other', () => {
    const apart = [adult('a', email('e'), born('1990')), adult('b', email('e'), born('1991'))];
    expect(link(apart, { ...noConstraints, reviewedLink: [pair] })).toEqual({ groups: ['a b'], ...clean });
  });

  const ofPerson = rowKeyOf(SERVICE, 'a');
  const ofSession = rowKeyOf('baby-steps.engagement', 's');
  it.each([
    ['the person first', [ofPerson, ofSession]],
    ['the session first', [ofSession, ofPerson]],
  ] as const)('binds a session too, whichever row is named first: %s', (_, named) => {
    const known = [adult('a', email('e')), session('s', 'adult', email('e'))];
    expect(link(known).groups).toEqual(['a: s']);
    expect(link(known, { ...noConstraints, neverLink: [named] }).groups).not.toContain('a: s');
    const apart = [adult('a', email('x')), session('s', 'adult', email('e'))];
    expect(link(apart, { ...noConstraints, reviewedLink: [named] }).groups).toEqual(['a: s']);
  });

  describe('about a session', () => {
    const [a, b] = [rowKeyOf(SERVICE, 'a'), rowKeyOf(SERVICE, 'b')];
    const couple = [adult('a', email('e'), born('1990')), adult('b', email('e'), born('1991'))];
    const s = session('s', 'adult', email('e'));
    const groupsOf = (decided: Partial<LinkConstraints>) =>
      link([...couple, s], { ...noConstraints, ...decided });

    it('that forbids one owner of its address leaves the other', () => {
      expect(groupsOf({ neverLink: [[a, ofSession]] }).groups).toEqual(['a', 'b: s']);
      expect(groupsOf({ neverLink: [[ofSession, b]] }).groups).toEqual(['a: s', 'b']);
    });

    it('that forbids every owner leaves it to nobody, and is reported', () => {
      const [known] = couple;
      expect(link([known!, s], { ...noConstraints, neverLink: [[a, ofSession]] })).toMatchObject({
        ...{ groups: ['a'], setAside: ['s referred'], referrals: ['email forbidden: a s'] },
      });
    });

    it('that forbids a link overrides one that makes it, but not one that makes another', () => {
      const reviewedLink = [[a, ofSession] as const, [ofSession, b] as const];
      expect(groupsOf({ neverLink: [[a, ofSession]], reviewedLink }).groups).toEqual(['a', 'b: s']);
      expect(groupsOf({ neverLink: [[b, ofSession]], reviewedLink }).groups).toEqual(['a: s', 'b']);
    });

    it('counts for the person with the smallest row key, if two decisions make a link', () => {
      const first = a < b ? ['a: s', 'b'] : ['a', 'b: s'];
      for (const reviewedLink of [
        [[a, ofSession] as const, [b, ofSession] as const],
        [[b, ofSession] as const, [a, ofSession] as const],
      ])
        expect(groupsOf({ reviewedLink }).groups).toEqual(first);
    });
  });

  it('has no effect while one of its rows is not live, or if it names one row twice', () => {
    const gone = rowKeyOf(SERVICE, 'gone');
    const waiting = [[pair[0], gone] as const, [gone, pair[0]] as const, [pair[0], pair[0]] as const];
    for (const decided of [{ neverLink: waiting }, { reviewedLink: waiting }])
      expect(link(records, { ...noConstraints, ...decided })).toEqual({ groups: ['a b'], ...clean });
  });

  it('that forbids a link overrides one that makes the same link', () => {
    expect(link(records, { neverLink: [pair], reviewedLink: [pair] }).groups).toEqual(['a', 'b']);
  });
});

describe('partition', () => {
  const children = ['a', 'b', 'c', 'd', 'e', 'f'];
  const rows = [
    ...children.map((name) =>
      child(
        name,
        ...[
          childKey(name),
          email('none'),
          email('neither'),
          email('nor'),
          email('nobody’s'),
          mobile('no'),
          mobile('none'),
          nhs('999'),
          born(name),
        ],
      ),
    ),
    ...children.map((name) => session(`s${name}`, 'child', childKey(`s${name}`))),
    ...children.map((name) => adult(`u${name}`, email('none'))),
    ...['1', '2', '3'].flatMap((name) => [
      adult(`x${name}`, email(name), born('1')),
      adult(`y${name}`, email(name), born('2')),
      adult(`z${name}`, email(name)),
    ]),
  ];
  const isSorted = (values: readonly string[]) => expect(values).toEqual(values.toSorted());

  it('sorts groups by row key, referrals by id and tokens by domain, whatever the order of the rows', () => {
    const said = partition(rows, noConstraints, testStrategy);
    expect(partition(rows.toReversed(), noConstraints, testStrategy)).toEqual(said);
    expect(said.groups).toHaveLength(21);
    isSorted(said.groups.map(({ persons, facts }) => persons[0] ?? facts[0] ?? ''));
    expect(said.setAside).toHaveLength(6);
    isSorted(said.setAside.map(({ rowKey }) => rowKey));
    expect(said.referrals).toHaveLength(6);
    isSorted(said.referrals.map(({ referral }) => referral));
    for (const { candidates } of said.referrals) isSorted(candidates);
    expect(said.tokensWithoutForce).toHaveLength(7);
    isSorted(said.tokensWithoutForce.map(({ domain, token }) => `${domain} ${token}`));
  });
});
