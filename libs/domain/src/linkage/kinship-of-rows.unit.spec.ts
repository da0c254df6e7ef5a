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
/** Each limit is a different number, so that a mix-up of two limits shows. */
const strategy = leap1({ ...testSettings, maxBirthDatesPerToken: 3, maxCasesPerToken: 4 });
const weeks = ['1', '2', '3', '4', '5', '6', '7'];
const everyWeek = [...weeks.map((n) => `s${n}`), ...weeks.map((n) => `t${n}`)].join('+');
const early: FamilyScope = { scope: 'early', services: ['stay'] };

type Answer = Pick<Outcome, 'kin' | 'families'> & Partial<Outcome>;
const nobody: Answer = { kin: [], families: [] };

/*
 * Worked out by hand. A token has force as a carer’s up to two children, as somebody’s own up to three birth dates and four
 * case numbers of one dataset, and in both uses up to six rows without a mark.
 * [carer]: a child’s carer token equals an adult’s identity token, on rows of any data type (domain §4).
 * [siblings]: children whose carer is unknown are related through the first of them; if the carer is known, they are not
 * related to each other (kinship in the seeds is between children and carers). [force]: a carer’s token relates nobody if too
 * many children name it, or if it has no force as somebody’s own; all live rows count (ADR 0013). [scope]: the families of a
 * scope rest on the evidence of its own services (domain §4). [review]: a family with more than four adults is marked for
 * review (domain §5).
 */
const examples: [rule: string, what: string, rows: ExampleRow[], answer: Answer][] = [
  [
    'carer',
    'relates a listed mother and her child',
    [mother, kid('c')],
    { kin: ['carer email: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'relates nobody through a token of a domain that is not read',
    [
      adult('m', nhs('1'), ['library-card', 'identity', '1']),
      child('c', childKey('c'), ['library-card', 'carer', '1']),
    ],
    nobody,
  ],
  [
    'carer',
    'relates a mother known from sessions alone',
    [adultSession('s', email('e')), kid('c')],
    { kin: ['carer email: c / s'], families: ['programme: c s'] },
  ],
  [
    'carer',
    'relates a child known from sessions alone',
    [mother, kidSession('s')],
    { kin: ['carer email: s / m'], families: ['programme: m s'] },
  ],
  [
    'carer',
    'relates two people known from sessions alone',
    [adultSession('s', email('e')), kidSession('t')],
    { kin: ['carer email: t / s'], families: ['programme: s t'] },
  ],
  [
    'carer',
    'uses a carer whom a session names and the child’s own row does not',
    [mother, child('c', childKey('c')), childSession('s', childKey('c'), carerEmail('e'))],
    { kin: ['carer email: c+s / m'], families: ['programme: c+s m'] },
  ],
  [
    'carer',
    'relates a volunteer who is a mother',
    [volunteer('v', email('e')), kid('c')],
    { kin: ['carer email: c / v'], families: ['programme: c v'] },
  ],
  [
    'carer',
    'relates by a mobile, which alone links nobody',
    [adult('m', email('x'), mobile('1')), child('c', childKey('c'), carerMobile('1'))],
    { kin: ['carer mobile: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'makes one relationship of two shared tokens, by the stronger',
    [adult('m', email('e'), mobile('1')), kid('c', carerMobile('1'))],
    { kin: ['carer email: c / m'], families: ['programme: c m'] },
  ],
  [
    'carer',
    'does not relate a child by its own address, but only by its carer’s',
    [child('a', childKey('a'), email('e')), kid('b')],
    nobody,
  ],
  [
    'carer',
    'does not relate a child whose row is unlinkable',
    [mother, child('c', carerEmail('e'))],
    { ...nobody, setAside: ['c unlinkable'] },
  ],
  [
    'siblings',
    'relates two children whose carer is unknown',
    [child('c', nhs('1'), carerEmail('e')), child('d', nhs('2'), carerEmail('e'))],
    {
      kin: [expect.stringMatching(/^same-carer email: (c \/ d|d \/ c)$/) as string],
      families: ['programme: c d'],
    },
  ],
  [
    'siblings',
    'relates two children to their carer, and not to each other',
    [mother, kid('c'), kid('d')],
    { kin: ['carer email: c / m', 'carer email: d / m'], families: ['programme: c d m'] },
  ],
  [
    'siblings',
    'relates a child to each of a couple that shares the address',
    [adult('f', email('e'), born('1')), adult('m', email('e'), born('2')), kid('c')],
    {
      kin: ['carer email: c / f', 'carer email: c / m'],
      families: ['programme: c f m'],
      referrals: ['email birth-dates-differ: f / m'],
    },
  ],
  ['siblings', 'relates a child alone to nobody', [kid('c')], nobody],
  [
    'force',
    'relates neither the children nor the owner of an address that three children by birth date name',
    [mother, kid('c', born('1')), kid('d', born('2')), kid('f', born('3'))],
    nobody,
  ],
  [
    'force',
    'does not relate those children either if nobody owns the address: it is a placeholder',
    [kid('c', born('1')), kid('d', born('2')), kid('f', born('3'))],
    nobody,
  ],
  [
    'force',
    'relates the children of an address with two birth dates on many rows',
    [
      mother,
      kid('c', born('1')),
      kid('d', born('2')),
      kidSession('s', born('1')),
      kidSession('t', born('2')),
    ],
    {
      // The sessions have child keys of their own: they are further children with the same two birth dates.
      kin: ['c', 'd', 's', 't'].map((name) => `carer email: ${name} / m`),
      families: ['programme: c d m s t'],
    },
  ],
  [
    'force',
    'counts three case numbers of one list as three children, whatever the birth date',
    ['1', '2', '3'].map((n) => kid(`c${n}`, born('1'), caseNumber(n))),
    nobody,
  ],
  [
    'force',
    'does not count three case numbers of two lists as three children',
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
    'counts three NHS numbers as three children',
    [mother, kid('c', nhs('1')), kid('d', nhs('2')), kid('f', nhs('3'))],
    nobody,
  ],
  [
    'force',
    'counts a third child known from a session alone',
    [mother, kid('c', born('1')), kid('d', born('2')), kidSession('s', born('3'))],
    nobody,
  ],
  [
    'force',
    'counts children on unlinkable rows too',
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
    'takes an address on seven rows without a mark for a placeholder',
    [mother, ...['1', '2', '3', '4', '5', '6', '7'].map((n) => kid(`c${n}`))],
    nobody,
  ],
  [
    'force',
    'does not take an address on six rows without a mark for a placeholder',
    [mother, ...['1', '2', '3', '4', '5', '6'].map((n) => kid(`c${n}`))],
    {
      kin: ['1', '2', '3', '4', '5', '6'].map((n) => `carer email: c${n} / m`),
      families: ['programme: c1 c2 c3 c4 c5 c6 m'],
    },
  ],
  [
    'force',
    'counts many rows with one case number or one birth date as one child',
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
    'does not relate by an address of four adults, though only one child names it',
    [...['1', '2', '3', '4'].map((n) => adult(`a${n}`, email('e'), nhs(n), born(n))), kid('c')],
    { ...nobody, people: ['a1', 'a2', 'a3', 'a4', 'c'] },
  ],
  [
    'force',
    'counts sessions alone as evidence that an address is a placeholder',
    [
      adult('m', email('e'), nhs('1')),
      ...['1', '2', '3', '4', '5'].map((n) => adultSession(`s${n}`, email('e'), caseNumber(n))),
      kid('c'),
    ],
    { ...nobody, people: ['c', 'm'], setAside: ['1', '2', '3', '4', '5'].map((n) => `s${n} unlinkable`) },
  ],
  [
    'force',
    'relates by an address that has force although the child’s other address has none',
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
    'puts a carer whom only another service knows in the programme’s family, not in the scope’s',
    [adultElsewhere('m', email('e')), kid('c'), kid('d')],
    {
      kin: ['carer email: c / m', 'carer email: d / m'],
      families: ['early: c d', 'programme: c d m'],
    },
  ],
  [
    'scope',
    'makes no family of the scope from a child and a carer who meet only in another service',
    [
      adultElsewhere('m', email('e')),
      childElsewhere('c', childKey('c'), carerEmail('e')),
      child('d', childKey('c')),
    ],
    { kin: ['carer email: c+d / m'], families: ['programme: c+d m'] },
  ],
];

describe('kinship, as worked out by hand,', () => {
  it.each(examples)('[%s] %s', (rule, _, rows, answer) => {
    for (const outcome of outcomesOf(rows, rule === 'scope' ? [early] : [], strategy))
      expect(outcome).toMatchObject({ setAside: [], ...answer });
  });

  const fiveCarers = ['1', '2', '3', '4', '5'];
  const theirChild = child('c', childKey('c'), ...fiveCarers.map(carerEmail));
  const adults: [what: string, rows: ExampleRow[], review: boolean][] = [
    ['four adults', fiveCarers.slice(1).map((n) => adult(n, email(n))), false],
    ['five adults', fiveCarers.map((n) => adult(n, email(n))), true],
    ['five adults, all known from sessions alone', fiveCarers.map((n) => adultSession(n, email(n))), true],
    [
      'four adults and a volunteer at a session, who counts as an adult',
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
  it.each(adults)('[review] is asked for above four adults only: %s', (_, rows, review) => {
    for (const { families } of outcomesOf([theirChild, ...rows], [], strategy)) {
      expect(families).toHaveLength(1);
      expect(families[0]?.endsWith('(review)')).toBe(review);
    }
  });
});

describe('kinship over time', () => {
  const related = { kin: ['carer email: c / m'], families: ['programme: c m'] };

  it('ends when sessions show that the address is no one person’s, and comes back when they are withdrawn', () => {
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

  it('ends when children’s sessions show that too many name the address, and comes back when they are withdrawn', () => {
    const example = new WorkedExample([], strategy);
    example.add(mother, kid('c', born('1')));
    const two = example.add(kidSession('s', born('2')), kidSession('t', born('3')));
    expect(example.outcome).toMatchObject({ ...nobody, people: ['c', 'm', 's', 't'] });
    example.withdraw(two);
    expect(example.outcome).toMatchObject(related);
  });

  it('ends and comes back as corrections of a session change the number of children', () => {
    const example = new WorkedExample([], strategy);
    example.add(mother, kid('c', born('1')), kidSession('s', born('2')));
    const wrong = example.add(kidSession('t', born('3')));
    expect(example.outcome).toMatchObject(nobody);
    example.add(kidSession('t', born('2')));
    expect(example.outcome.kin).toEqual(['c', 's', 't'].map((name) => `carer email: ${name} / m`));
    example.withdraw(wrong);
    expect(example.outcome.kin).toEqual(['c', 's', 't'].map((name) => `carer email: ${name} / m`));
  });

  it('ends when one child’s own sessions carry too many case numbers, even if they add nothing else', () => {
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

  it('moves from siblings to their carer when the carer becomes known, and back', () => {
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

  it('is marked for review with the fifth adult, and no longer once that adult is withdrawn', () => {
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
