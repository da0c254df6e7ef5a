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

/** The outcome in names: groups as `a b`, facts behind a colon; who was set aside; what was referred. */
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

describe('leap-1: what joins', () => {
  it.each([
    ['an NHS number', nhs('1')],
    ['a child key', childKey('1')],
  ])('%s makes two rows one child', (_, token) => {
    const records = [child('a', token), elsewhere(child('b', token))];
    expect(link(records)).toEqual({ groups: ['a b'], ...clean });
  });

  it('an email makes two rows one adult', () => {
    expect(link([adult('a', email('e')), adult('b', email('e'))]).groups).toEqual(['a b']);
  });

  it('rows join in a chain, each link by another token', () => {
    const records = [
      adult('a', nhs('1')),
      adult('b', nhs('1'), email('e')),
      adult('c', email('e'), mobile('m'), born('1990')),
      adult('d', mobile('m'), born('1990')),
    ];
    expect(link(records).groups).toEqual(['a b c d']);
  });

  it('a mobile joins only where the birth dates agree', () => {
    const m = mobile('m');
    const records = [adult('a', m, born('1990')), adult('b', m, born('1990')), adult('c', m, born('1991'))];
    expect(link(records).groups).toEqual(['a b', 'c']);
    expect(link([adult('a', m), adult('b', m)])).toMatchObject({
      groups: [],
      setAside: ['a unlinkable', 'b unlinkable'],
    });
  });

  it('guards and the carer’s tokens identify nobody', () => {
    const records = [
      child('a', carerEmail('e'), born('2020'), gender('F')),
      child('b', carerEmail('e'), born('2020'), gender('F')),
    ];
    expect(link(records)).toMatchObject({ groups: [], setAside: ['a unlinkable', 'b unlinkable'] });
  });
});

describe('leap-1: what contradicts', () => {
  it('two NHS numbers under one child key are referred', () => {
    const records = [child('a', nhs('1'), childKey('k')), child('b', nhs('2'), childKey('k'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['child-key nhs-numbers-differ: a b'],
    });
  });

  it('two birth dates under one email are referred: a couple, or a mistake', () => {
    const records = [adult('a', email('e'), born('1990')), adult('b', email('e'), born('1991'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['email birth-dates-differ: a b'],
    });
  });

  it('a child and an adult are never one', () => {
    const records = [child('a', nhs('1')), adult('b', nhs('1'))];
    expect(link(records)).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['nhs-number child-and-adult: a b'],
    });
  });

  it('who could be either of two that contradict each other stays alone, and is referred', () => {
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

describe('leap-1: twins of one gender whose names begin alike', () => {
  const twin = (name: string, number: string, ...more: TokenSpec[]) =>
    child(name, childKey('k'), caseNumber(number), ...more);

  it('are two where one dataset lists them under two case numbers', () => {
    expect(link([twin('a', '1'), twin('b', '2')])).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['child-key case-numbers-differ: a b'],
    });
  });

  it('are told apart by a third service only with an NHS number', () => {
    const [a, b] = [twin('a', '1', nhs('1')), twin('b', '2')];
    expect(link([a, b, elsewhere(child('c', childKey('k'), nhs('1')))]).groups).toEqual(['a c', 'b']);
    expect(link([a, b, elsewhere(child('d', childKey('k')))]).groups).toEqual(['a', 'b', 'd']);
  });

  it('a child registered twice is one, where both rows have its NHS number', () => {
    expect(link([twin('a', '1', nhs('1')), twin('b', '2', nhs('1'))])).toEqual({ groups: ['a b'], ...clean });
  });

  it('one case in two datasets of a provider is not two cases', () => {
    expect(link([twin('a', '1'), elsewhere(twin('b', '2'))]).groups).toEqual(['a b']);
  });

  it('have their own sessions, found by the case number', () => {
    const records = [
      twin('a', '1'),
      twin('b', '2'),
      session('s', 'child', childKey('k'), caseNumber('1')),
      session('t', 'child', childKey('k')),
    ];
    expect(link(records)).toMatchObject({ groups: ['a: s', 'b'], setAside: ['t referred'] });
  });
});

describe('leap-1: a couple with one email', () => {
  it('are two where the genders differ and no birth date confirms', () => {
    const records = [adult('a', email('e'), gender('F'), born('1990')), adult('b', email('e'), gender('M'))];
    expect(link(records)).toMatchObject({ groups: ['a', 'b'], referrals: ['email genders-differ: a b'] });
  });

  it('one person whose gender was mistyped stays one, where the birth date confirms', () => {
    const records = [
      adult('a', email('e'), gender('F'), born('1990')),
      adult('b', email('e'), gender('M'), born('1990')),
    ];
    expect(link(records).groups).toEqual(['a b']);
  });
});

describe('leap-1: force', () => {
  const holders = (dates: number, each = 1) =>
    Array.from({ length: dates * each }, (_, n) => adult(`h${n}`, email('none'), born(String(n % dates))));

  it('a token has it up to K birth dates among its holders, and loses it beyond', () => {
    expect(link(holders(testSettings.maxBirthDatesPerToken)).withoutForce).toBe(0);
    expect(link(holders(testSettings.maxBirthDatesPerToken + 1))).toMatchObject({
      groups: [],
      withoutForce: 1,
    });
  });

  it('rows with another token go on without it', () => {
    const records = [...holders(3), adult('a', email('none'), nhs('1')), adult('b', nhs('1'))];
    expect(link(records).groups).toEqual(['a b']);
  });

  it('a token on too many rows loses it, whatever their birth dates', () => {
    const many = Array.from({ length: testSettings.maxHoldersPerToken + 1 }, (_, n) =>
      adult(`h${n}`, email('none')),
    );
    expect(link(many)).toMatchObject({ groups: [], withoutForce: 1 });
  });
});

describe('leap-1: facts', () => {
  it('join the individual who owns their strongest token', () => {
    const records = [adult('a', email('e')), session('s', 'adult', email('e'))];
    expect(link(records)).toEqual({ groups: ['a: s'], ...clean });
  });

  it('attach and never bridge: two people under the tokens of one fact stay two', () => {
    const records = [
      adult('a', nhs('1')),
      adult('b', email('e')),
      session('s', 'adult', nhs('1'), email('e')),
    ];
    expect(link(records).groups).toEqual(['a: s', 'b']);
  });

  it('found one individual together where nobody owns their token', () => {
    const records = [session('s', 'adult', email('e')), session('t', 'adult', email('e'))];
    expect(link(records)).toEqual({ groups: [': s t'], ...clean });
  });

  it('are referred where two own their token, unless a birth date or a case number says whose they are', () => {
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

describe('people’s decisions', () => {
  const pair = [rowKeyOf(SERVICE, 'a'), rowKeyOf(SERVICE, 'b')] as const;
  const records = [adult('a', email('e')), adult('b', email('e'))];

  it('never-link holds against every token', () => {
    expect(link(records, { ...noConstraints, neverLink: [pair] })).toMatchObject({
      groups: ['a', 'b'],
      referrals: ['email forbidden: a b'],
    });
  });

  it('a reviewed link joins what contradicts', () => {
    const apart = [adult('a', email('e'), born('1990')), adult('b', email('e'), born('1991'))];
    expect(link(apart, { ...noConstraints, reviewedLink: [pair] })).toEqual({ groups: ['a b'], ...clean });
  });

  const ofPerson = rowKeyOf(SERVICE, 'a');
  const ofSession = rowKeyOf('baby-steps.engagement', 's');
  it.each([
    ['the person first', [ofPerson, ofSession]],
    ['the session first', [ofSession, ofPerson]],
  ] as const)('bind sessions too, whichever is named first: %s', (_, named) => {
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

    it('leave the other owner of its address, where they forbid one', () => {
      expect(groupsOf({ neverLink: [[a, ofSession]] }).groups).toEqual(['a', 'b: s']);
      expect(groupsOf({ neverLink: [[ofSession, b]] }).groups).toEqual(['a: s', 'b']);
    });

    it('leave it with nobody where they forbid all, and say so', () => {
      const [known] = couple;
      expect(link([known!, s], { ...noConstraints, neverLink: [[a, ofSession]] })).toMatchObject({
        ...{ groups: ['a'], setAside: ['s referred'], referrals: ['email forbidden: a s'] },
      });
    });

    it('that forbid a link win over those that make it, and leave those that make another', () => {
      const reviewedLink = [[a, ofSession] as const, [ofSession, b] as const];
      expect(groupsOf({ neverLink: [[a, ofSession]], reviewedLink }).groups).toEqual(['a', 'b: s']);
      expect(groupsOf({ neverLink: [[b, ofSession]], reviewedLink }).groups).toEqual(['a: s', 'b']);
    });

    it('that make two links count for the person with the smallest row key', () => {
      const first = a < b ? ['a: s', 'b'] : ['a', 'b: s'];
      for (const reviewedLink of [
        [[a, ofSession] as const, [b, ofSession] as const],
        [[b, ofSession] as const, [a, ofSession] as const],
      ])
        expect(groupsOf({ reviewedLink }).groups).toEqual(first);
    });
  });

  it('about rows of which one is not live, or about one row and itself, wait', () => {
    const gone = rowKeyOf(SERVICE, 'gone');
    const waiting = [[pair[0], gone] as const, [gone, pair[0]] as const, [pair[0], pair[0]] as const];
    for (const decided of [{ neverLink: waiting }, { reviewedLink: waiting }])
      expect(link(records, { ...noConstraints, ...decided })).toEqual({ groups: ['a b'], ...clean });
  });

  it('never-link wins over a reviewed link', () => {
    expect(link(records, { neverLink: [pair], reviewedLink: [pair] }).groups).toEqual(['a', 'b']);
  });
});

describe('what partition lists', () => {
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

  it('is in the order of row keys, referrals of their ids and tokens of their domains, whatever order the rows come in', () => {
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
