import { describe, expect, it } from 'vitest';
import type { FamilyScope } from './decider.js';
import { leap1 } from './leap-1/leap-1.js';
import {
  born,
  carerEmail,
  caseNumber,
  childKey,
  email,
  mobile,
  nhs,
  testSettings,
  type TokenSpec,
} from './testing/linkage-world.js';
import {
  adult,
  adultElsewhere,
  adultSession,
  child,
  childElsewhere,
  childSession,
  outcomesOf,
  volunteer,
  volunteerSession,
  WorkedExample,
  type ExampleRow,
  type Outcome,
} from './testing/worked-example.js';

const carerMobile = (value: string): TokenSpec => ['mobile', 'carer', value];
/** A child with a key of its own, under a carer’s address. */
const kid = (name: string, ...tokens: TokenSpec[]) => child(name, childKey(name), carerEmail('e'), ...tokens);
const kidSession = (name: string, ...tokens: TokenSpec[]) =>
  childSession(name, childKey(name), carerEmail('e'), ...tokens);
const mother = adult('m', email('e'));
/** Each limit is another number, so that none is taken for another. */
const strategy = leap1({ ...testSettings, maxBirthDatesPerToken: 3, maxCasesPerToken: 4 });
const weeks = ['1', '2', '3', '4', '5', '6', '7'];
const everyWeek = [...weeks.map((n) => `s${n}`), ...weeks.map((n) => `t${n}`)].join('+');
const early: FamilyScope = { scope: 'early', services: ['stay'] };

type Answer = Pick<Outcome, 'kin' | 'families'> & Partial<Outcome>;
const nobody: Answer = { kin: [], families: [] };

/*
 * Worked out by hand. A token has force as a carer’s up to two children, as somebody’s own up to three birth dates and four
 * case numbers of one dataset, and in both uses up to six rows that say nothing.
 * [carer]: a child’s carer token equals an adult’s identity token, on rows of any data type (domain §4).
 * [siblings]: children whose carer nobody is are kin through the first of them, and where somebody is, not of each other
 * (kinship in the seeds is of children with carers). [force]: a carer’s token that too many children name, or that has no
 * force as somebody’s own, relates nobody; all live rows count (ADR 0013). [scope]: a scope’s families come of its own
 * services’ evidence (domain §4). [review]: more than four adults wait for review (domain §5).
 */
const examples: [rule: string, what: string, rows: ExampleRow[], answer: Answer][] = [
  [
    'carer',
    'a mother who is listed, and her child',
    [mother, kid('c')],
    { kin: ['carer email: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'a number that is no evidence of who somebody is relates nobody',
    [
      adult('m', nhs('1'), ['library-card', 'identity', '1']),
      child('c', childKey('c'), ['library-card', 'carer', '1']),
    ],
    nobody,
  ],
  [
    'carer',
    'a mother who is known from sessions alone is a mother',
    [adultSession('s', email('e')), kid('c')],
    { kin: ['carer email: c / s'], families: ['programme: c s'] },
  ],
  [
    'carer',
    'a child who is known from sessions alone is a child',
    [mother, kidSession('s')],
    { kin: ['carer email: s / m'], families: ['programme: m s'] },
  ],
  [
    'carer',
    'two who are known from sessions alone',
    [adultSession('s', email('e')), kidSession('t')],
    { kin: ['carer email: t / s'], families: ['programme: s t'] },
  ],
  [
    'carer',
    'a session names a carer whom the child’s own row does not',
    [mother, child('c', childKey('c')), childSession('s', childKey('c'), carerEmail('e'))],
    { kin: ['carer email: c+s / m'], families: ['programme: c+s m'] },
  ],
  [
    'carer',
    'a volunteer who is a mother',
    [volunteer('v', email('e')), kid('c')],
    { kin: ['carer email: c / v'], families: ['programme: c v'] },
  ],
  [
    'carer',
    'a mobile links nobody alone, and relates',
    [adult('m', email('x'), mobile('1')), child('c', childKey('c'), carerMobile('1'))],
    { kin: ['carer mobile: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'one relationship through two tokens, by the stronger',
    [adult('m', email('e'), mobile('1')), kid('c', carerMobile('1'))],
    { kin: ['carer email: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'contacts on a child’s row are not the child’s own: an address of its own relates it to nobody',
    [child('a', childKey('a'), email('e')), kid('b')],
    nobody,
  ],
  [
    'carer',
    'a child whose row links to nobody is nobody’s child',
    [mother, child('c', carerEmail('e'))],
    { ...nobody, setAside: ['c unlinkable'] },
  ],
  [
    'siblings',
    'two children whose carer nobody is',
    [child('c', nhs('1'), carerEmail('e')), child('d', nhs('2'), carerEmail('e'))],
    {
      kin: [expect.stringMatching(/^same-carer email: (c \/ d|d \/ c)$/) as string],
      families: ['programme: c d'],
    },
  ],
  [
    'siblings',
    'two children are kin of their carer, and not of each other',
    [mother, kid('c'), kid('d')],
    { kin: ['carer email: c / m', 'carer email: d / m'], families: ['programme: c d m'] },
  ],
  [
    'siblings',
    'two children are kin of each of a couple that shares the address',
    [adult('f', email('e'), born('1')), adult('m', email('e'), born('2')), kid('c')],
    {
      kin: ['carer email: c / f', 'carer email: c / m'],
      families: ['programme: c f m'],
      referrals: ['email birth-dates-differ: f / m'],
    },
  ],
  ['siblings', 'a child alone is kin of nobody', [kid('c')], nobody],
  [
    'force',
    'an address that three children show by birth date relates neither them nor its owner',
    [mother, kid('c', born('1')), kid('d', born('2')), kid('f', born('3'))],
    nobody,
  ],
  [
    'force',
    'nor where nobody owns it: children are not related through a placeholder',
    [kid('c', born('1')), kid('d', born('2')), kid('f', born('3'))],
    nobody,
  ],
  [
    'force',
    'an address that two children show on many rows relates them',
    [
      mother,
      kid('c', born('1')),
      kid('d', born('2')),
      kidSession('s', born('1')),
      kidSession('t', born('2')),
    ],
    {
      // The sessions have child keys of their own: they are further children, of the same two birth dates.
      kin: ['c', 'd', 's', 't'].map((name) => `carer email: ${name} / m`),
      families: ['programme: c d m s t'],
    },
  ],
  [
    'force',
    'three case numbers of one list are three children, whatever the birth date',
    ['1', '2', '3'].map((n) => kid(`c${n}`, born('1'), caseNumber(n))),
    nobody,
  ],
  [
    'force',
    'three case numbers of two lists are not',
    [
      mother,
      kid('c', caseNumber('1')),
      kid('d', caseNumber('2')),
      childElsewhere('f', childKey('f'), carerEmail('e'), caseNumber('3')),
    ],
    {
      kin: ['carer email: c / m', 'carer email: d / m', 'carer email: f / m'],
      families: ['programme: c d f m'],
    },
  ],
  [
    'force',
    'three NHS numbers are three children',
    [mother, kid('c', nhs('1')), kid('d', nhs('2')), kid('f', nhs('3'))],
    nobody,
  ],
  [
    'force',
    'children’s sessions count: the third child is known from one alone',
    [mother, kid('c', born('1')), kid('d', born('2')), kidSession('s', born('3'))],
    nobody,
  ],
  [
    'force',
    'rows that link to nobody count: they show children all the same',
    [
      mother,
      kid('c', born('1')),
      child('x', carerEmail('e'), born('2')),
      child('y', carerEmail('e'), born('3')),
    ],
    { ...nobody, setAside: ['x unlinkable', 'y unlinkable'] },
  ],
  [
    'force',
    'seven rows that say nothing are a placeholder',
    [mother, ...['1', '2', '3', '4', '5', '6', '7'].map((n) => kid(`c${n}`))],
    nobody,
  ],
  [
    'force',
    'six are not',
    [mother, ...['1', '2', '3', '4', '5', '6'].map((n) => kid(`c${n}`))],
    {
      kin: ['1', '2', '3', '4', '5', '6'].map((n) => `carer email: c${n} / m`),
      families: ['programme: c1 c2 c3 c4 c5 c6 m'],
    },
  ],
  [
    'force',
    'seven rows of one case number, or of one birth date, are one child',
    [
      mother,
      ...weeks.flatMap((n) => [
        childSession(`s${n}`, childKey('c'), carerEmail('e'), caseNumber('1')),
        childSession(`t${n}`, childKey('c'), carerEmail('e'), born('1')),
      ]),
    ],
    { kin: [`carer email: ${everyWeek} / m`], families: [`programme: m ${everyWeek}`] },
  ],
  [
    'force',
    'an address of four adults is no carer’s, though one child names it',
    [...['1', '2', '3', '4'].map((n) => adult(`a${n}`, email('e'), nhs(n), born(n))), kid('c')],
    { ...nobody, people: ['a1', 'a2', 'a3', 'a4', 'c'] },
  ],
  [
    'force',
    'sessions alone may show that it is none',
    [
      adult('m', email('e'), nhs('1')),
      ...['1', '2', '3', '4', '5'].map((n) => adultSession(`s${n}`, email('e'), caseNumber(n))),
      kid('c'),
    ],
    { ...nobody, people: ['c', 'm'], setAside: ['1', '2', '3', '4', '5'].map((n) => `s${n} unlinkable`) },
  ],
  [
    'force',
    'two children by one address and another by two: one placeholder does not undo the other address',
    [
      mother,
      adult('n', email('n')),
      kid('c', born('1')),
      kid('d', born('2')),
      kid('f', born('3'), carerEmail('n')),
    ],
    { kin: ['carer email: f / n'], families: ['programme: f n'] },
  ],
  [
    'scope',
    'a carer whom only another service knows is in the programme’s family, and not in the scope’s',
    [adultElsewhere('m', email('e')), kid('c'), kid('d')],
    {
      kin: ['carer email: c / m', 'carer email: d / m'],
      families: ['early: c d', 'programme: c d m'],
    },
  ],
  [
    'scope',
    'a child and a carer who meet in another service alone are no family of the scope',
    [
      adultElsewhere('m', email('e')),
      childElsewhere('c', childKey('c'), carerEmail('e')),
      child('d', childKey('c')),
    ],
    { kin: ['carer email: c+d / m'], families: ['programme: c+d m'] },
  ],
];

describe('kinship, as worked out by hand', () => {
  it.each(examples)('[%s] %s', (rule, _, rows, answer) => {
    for (const outcome of outcomesOf(rows, rule === 'scope' ? [early] : [], strategy))
      expect(outcome).toMatchObject({ setAside: [], ...answer });
  });

  const fiveCarers = ['1', '2', '3', '4', '5'];
  const theirChild = child('c', childKey('c'), ...fiveCarers.map(carerEmail));
  const adults: [what: string, rows: ExampleRow[], review: boolean][] = [
    ['four adults', fiveCarers.slice(1).map((n) => adult(n, email(n))), false],
    ['five adults', fiveCarers.map((n) => adult(n, email(n))), true],
    [
      'five adults, all of them known from sessions alone',
      fiveCarers.map((n) => adultSession(n, email(n))),
      true,
    ],
    [
      'four adults and a volunteer at a session, who is an adult too',
      [...fiveCarers.slice(1).map((n) => adult(n, email(n))), volunteerSession('1', email('1'))],
      true,
    ],
    [
      'four adults on five rows',
      [...fiveCarers.slice(1).map((n) => adult(n, email(n))), adult('1', email('1'), email('2'))],
      false,
    ],
    [
      'four adults and five children',
      [
        ...fiveCarers.slice(1).map((n) => adult(n, email(n))),
        ...['d', 'f', 'g', 'h'].map((name) => child(name, childKey(name), carerEmail('2'))),
      ],
      false,
    ],
  ];
  it.each(adults)('[review] %s', (_, rows, review) => {
    for (const { families } of outcomesOf([theirChild, ...rows], [], strategy)) {
      expect(families).toHaveLength(1);
      expect(families[0]?.endsWith('(review)')).toBe(review);
    }
  });
});

describe('kinship that comes and goes', () => {
  const related = { kin: ['carer email: c / m'], families: ['programme: c m'] };

  it('goes when sessions show that the address is nobody’s own, and comes back when they are withdrawn', () => {
    const example = new WorkedExample([], strategy);
    example.add(adult('m', email('e'), nhs('1')), kid('c'));
    const crowd = (...numbers: string[]) =>
      numbers.map((n) => adultSession(`s${n}`, email('e'), caseNumber(n)));
    example.add(...crowd('1', '2', '3', '4'));
    expect(example.outcome).toMatchObject({
      kin: ['carer email: c / m+s1+s2+s3+s4'],
      families: ['programme: c m+s1+s2+s3+s4'],
    });
    const fifth = example.add(...crowd('5'));
    expect(example.outcome).toMatchObject({ ...nobody, people: ['c', 'm'] });
    example.withdraw(fifth);
    expect(example.outcome).toMatchObject({
      kin: ['carer email: c / m+s1+s2+s3+s4'],
      families: ['programme: c m+s1+s2+s3+s4'],
    });
  });

  it('goes when children’s sessions show that the address is of too many, and comes back when they are withdrawn', () => {
    const example = new WorkedExample([], strategy);
    example.add(mother, kid('c', born('1')));
    const two = example.add(kidSession('s', born('2')), kidSession('t', born('3')));
    expect(example.outcome).toMatchObject({ ...nobody, people: ['c', 'm', 's', 't'] });
    example.withdraw(two);
    expect(example.outcome).toMatchObject(related);
  });

  it('goes and comes back when a correction of a session changes how many there are', () => {
    const example = new WorkedExample([], strategy);
    example.add(mother, kid('c', born('1')), kidSession('s', born('2')));
    const wrong = example.add(kidSession('t', born('3')));
    expect(example.outcome).toMatchObject(nobody);
    example.add(kidSession('t', born('2')));
    expect(example.outcome.kin).toEqual(['c', 's', 't'].map((name) => `carer email: ${name} / m`));
    example.withdraw(wrong);
    expect(example.outcome.kin).toEqual(['c', 's', 't'].map((name) => `carer email: ${name} / m`));
  });

  it('goes when one child’s own sessions bear too many case numbers, which say nothing else that is new', () => {
    const example = new WorkedExample([], strategy);
    const session = (n: string) => childSession(`s${n}`, childKey('c'), carerEmail('e'), caseNumber(n));
    example.add(mother, kid('c'));
    example.add(session('1'), session('2'));
    expect(example.outcome).toMatchObject({ kin: ['carer email: c+s1+s2 / m'] });
    const third = example.add(session('3'));
    expect(example.outcome).toMatchObject({ ...nobody, people: ['c+s1+s2+s3', 'm'] });
    example.withdraw(third);
    expect(example.outcome).toMatchObject({ kin: ['carer email: c+s1+s2 / m'] });
  });

  it('passes from children to their carer when the carer becomes known, and back', () => {
    const example = new WorkedExample([], strategy);
    example.add(kid('c'), kid('d'));
    const siblings = example.outcome;
    expect(siblings.kin).toEqual([expect.stringMatching(/^same-carer email: (c \/ d|d \/ c)$/)]);
    const known = example.add(adultSession('s', email('e')));
    expect(example.outcome).toMatchObject({
      kin: ['carer email: c / s', 'carer email: d / s'],
      families: ['programme: c d s'],
    });
    example.withdraw(known);
    expect(example.outcome).toEqual(siblings);
  });

  it('asks for a review with the fifth adult, and no longer once that one is withdrawn', () => {
    const example = new WorkedExample([], strategy);
    const names = ['1', '2', '3', '4', '5'];
    example.add(
      child('c', childKey('c'), ...names.map(carerEmail)),
      ...names.slice(1).map((n) => adult(n, email(n))),
    );
    expect(example.outcome.families).toEqual(['programme: 2 3 4 5 c']);
    const fifth = example.add(adultSession('1', email('1')));
    expect(example.outcome.families).toEqual(['programme: 1 2 3 4 5 c (review)']);
    example.withdraw(fifth);
    expect(example.outcome.families).toEqual(['programme: 2 3 4 5 c']);
  });
});
