import { describe, expect, it } from 'vitest';
import {
  born,
  caseNumber,
  childKey,
  email,
  gender,
  mobile,
  nhs,
  testSettings,
} from '../testing/linkage-world.js';
import {
  adult,
  adultSession,
  child,
  childElsewhere,
  childSession,
  outcomesOf,
  type ExampleRow,
  type Outcome,
} from '../testing/worked-example.js';
import { leap1 } from './leap-1.js';

/** Allows three people per token, so that three rivals do not make a placeholder. */
const strategy = leap1({ ...testSettings, maxBirthDatesPerToken: 3 });
const e = email('e');
const libraryCard = ['library-card', 'identity', '1'] as const;

type Answer = Pick<Outcome, 'people' | 'referrals'> & Partial<Outcome>;

/*
 * Worked out by hand. [order]: NHS number, child key, email, mobile; each level is complete before the next (domain §4).
 * [contradiction]: two NHS numbers, two birth dates, or a child and an adult never join, and are referred (architecture §6).
 * [twins]: two case numbers of one dataset contradict under a child key (domain §2). [couple]: two genders contradict
 * under an email, unless the birth date confirms it (domain §2). [rivals]: a record that could join either of two which
 * contradict each other stays alone, and is referred (architecture §6). [guard]: a mobile joins only equal birth dates
 * (domain §4).
 */
const examples: [rule: string, what: string, rows: ExampleRow[], answer: Answer][] = [
  [
    'rivals',
    'a record that could have either of two birth dates stays alone',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e)],
    {
      people: ['a', 'b', 'c'],
      referrals: ['email ambiguous: c / a, b', 'email birth-dates-differ: a / b'],
    },
  ],
  [
    'contradiction',
    'a record that contradicts the second of two joins the first',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e, born('1990'))],
    { people: ['a+c', 'b'], referrals: ['email birth-dates-differ: a+c / b'] },
  ],
  [
    'contradiction',
    'a record that contradicts both is a third person',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e, born('1992'))],
    {
      people: ['a', 'b', 'c'],
      referrals: [
        'email birth-dates-differ: a / b',
        'email birth-dates-differ: a / c',
        'email birth-dates-differ: b / c',
      ],
    },
  ],
  [
    'contradiction',
    'a record that shares another address with the second alone joins the second',
    [
      adult('a', e, born('1990')),
      adult('b', e, email('f'), born('1991')),
      adult('c', email('f')),
      adult('d', email('f'), nhs('1')),
    ],
    { people: ['a', 'b+c+d'], referrals: ['email birth-dates-differ: a / b+c+d'] },
  ],
  [
    'rivals',
    'a record that could have any of three birth dates has three rivals',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e, born('1992')), adult('d', e)],
    {
      people: ['a', 'b', 'c', 'd'],
      referrals: [
        'email ambiguous: d / a, b, c',
        'email birth-dates-differ: a / b',
        'email birth-dates-differ: a / c',
        'email birth-dates-differ: b / c',
      ],
    },
  ],
  [
    'rivals',
    'a record that the first of three contradicts has the other two as rivals',
    [
      adult('a', e, nhs('1'), born('1990')),
      adult('b', e, nhs('2')),
      adult('c', e, born('1992'), nhs('3')),
      adult('d', e, born('1992')),
    ],
    {
      people: ['a', 'b', 'c', 'd'],
      // `d` contradicts `a` by birth date, and could be `b` or `c`, who have different NHS numbers. It has one referral
      // for its token (architecture §6: referrals are bounded by rows), with the candidates that it does not
      // contradict.
      referrals: [
        'email ambiguous: d / b, c',
        'email nhs-numbers-differ: a / b',
        'email nhs-numbers-differ: a / c',
        'email nhs-numbers-differ: b / c',
      ],
    },
  ],
  [
    'rivals',
    'a record that contradicts nobody is no rival, and has the same two rivals itself',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e), adult('d', e, nhs('4'))],
    {
      people: ['a', 'b', 'c', 'd'],
      referrals: [
        'email ambiguous: c / a, b',
        'email ambiguous: d / a, b',
        'email birth-dates-differ: a / b',
      ],
    },
  ],
  [
    'order',
    'an NHS number decides before the email could make two rivals',
    [adult('a', e, nhs('1'), born('1990')), adult('b', e, born('1991')), adult('c', e, nhs('1'))],
    { people: ['a+c', 'b'], referrals: ['email birth-dates-differ: a+c / b'] },
  ],
  [
    'rivals',
    'a record between rivals under an NHS number joins nobody under an email either',
    [
      adult('a', nhs('1'), born('1990')),
      adult('b', nhs('1'), born('1991')),
      adult('c', nhs('1'), e),
      adult('d', e),
    ],
    {
      people: ['a', 'b', 'c', 'd'],
      referrals: ['nhs-number ambiguous: c / a, b', 'nhs-number birth-dates-differ: a / b'],
    },
  ],
  [
    'rivals',
    'rivals need no common token: each may meet the record between them by another address',
    [adult('a', nhs('1'), e), adult('b', e, email('f')), adult('c', nhs('2'), email('f'))],
    { people: ['a', 'b', 'c'], referrals: ['email ambiguous: b / a, c'] },
  ],
  [
    'order',
    'a chain over two levels is decided at the stronger level first',
    [adult('a', nhs('1'), nhs('9')), adult('b', nhs('9'), e), adult('c', nhs('2'), e)],
    {
      people: ['a', 'b', 'c'],
      // `a` carries two NHS numbers, and `b` only one of them, so they contradict each other.
      referrals: ['email nhs-numbers-differ: b / c', 'nhs-number nhs-numbers-differ: a / b'],
    },
  ],
  [
    'contradiction',
    'a child never joins an adult, and joins another child',
    [adult('a', nhs('1')), child('b', nhs('1')), child('c', nhs('1'))],
    { people: ['a', 'b+c'], referrals: ['nhs-number child-and-adult: a / b+c'] },
  ],
  [
    'couple',
    'a record of unknown gender could be either of a couple',
    [adult('a', e, gender('F')), adult('b', e, gender('M')), adult('c', e)],
    { people: ['a', 'b', 'c'], referrals: ['email ambiguous: c / a, b', 'email genders-differ: a / b'] },
  ],
  [
    'couple',
    'two genders are one person if an NHS number says so',
    [adult('a', nhs('1'), gender('F')), adult('b', nhs('1'), gender('M'), born('1990'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'couple',
    'two genders under a mobile are one person if the birth date is the same',
    [adult('a', mobile('m'), born('1990'), gender('F')), adult('b', mobile('m'), born('1990'), gender('M'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'twins',
    'a child from another list could be either twin',
    [
      child('a', childKey('k'), caseNumber('1')),
      child('b', childKey('k'), caseNumber('2')),
      childElsewhere('c', childKey('k')),
    ],
    {
      people: ['a', 'b', 'c'],
      referrals: ['child-key ambiguous: c / a, b', 'child-key case-numbers-differ: a / b'],
    },
  ],
  [
    'twins',
    'two case numbers under one NHS number are one child, listed twice',
    [child('a', nhs('1'), caseNumber('1')), child('b', nhs('1'), caseNumber('2'), born('2020'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'guard',
    'people with one mobile and two birth dates do not meet, and a record without a birth date is unlinkable',
    [adult('a', mobile('m'), born('1990')), adult('b', mobile('m'), born('1991')), adult('c', mobile('m'))],
    { people: ['a', 'b'], referrals: [], setAside: ['c unlinkable'] },
  ],
  [
    'rivals',
    'a record with the mobile and birth date of two NHS numbers could be either',
    [
      adult('a', mobile('m'), born('1990'), nhs('1')),
      adult('b', mobile('m'), born('1990'), nhs('2')),
      adult('c', mobile('m'), born('1990')),
    ],
    {
      people: ['a', 'b', 'c'],
      referrals: ['mobile ambiguous: c / a, b', 'mobile nhs-numbers-differ: a / b'],
    },
  ],
  [
    'rivals',
    'sessions of unlisted people are grouped by the rules of people, and the one in between is set aside',
    [adultSession('s', e, born('1990')), adultSession('t', e, born('1991')), adultSession('u', e)],
    {
      people: ['s', 't'],
      referrals: ['email ambiguous: u / s, t', 'email birth-dates-differ: s / t'],
      setAside: ['u referred'],
    },
  ],
  [
    'twins',
    'sessions of an unlisted child are one child whatever their case numbers, because only a list tells cases apart',
    [
      childSession('s', childKey('k'), caseNumber('1')),
      childSession('t', childKey('k'), caseNumber('2'), born('2020')),
    ],
    { people: ['s+t'], referrals: [] },
  ],
  [
    'rivals',
    'of sessions of unlisted people, two with one birth date are one person, and those in between name both sides',
    [
      adultSession('s', e, born('1990')),
      adultSession('t', e, born('1991')),
      adultSession('u', e),
      adultSession('v', e, born('1990')),
      adultSession('w', e),
    ],
    {
      people: ['s+v', 't'],
      referrals: [
        'email ambiguous: u / s+v, t',
        'email ambiguous: w / s+v, t',
        'email birth-dates-differ: s+v / t',
      ],
      setAside: ['u referred', 'w referred'],
    },
  ],
  [
    'contradiction',
    'sessions of a child and an adult under one address are two people, and so are sessions with two NHS numbers',
    [
      childSession('s', e),
      adultSession('t', e),
      adultSession('u', mobile('m'), born('1990'), nhs('1')),
      adultSession('v', mobile('m'), born('1990'), nhs('2')),
    ],
    { people: ['s', 't', 'u', 'v'], referrals: ['email child-and-adult: s / t'] },
  ],
  [
    'guard',
    'a session with a mobile belongs only to the person with its birth date, and is unlinkable without one',
    [
      adult('a', mobile('m'), born('1990')),
      adult('b', mobile('m'), born('1991')),
      adultSession('s', mobile('m'), born('1991')),
      adultSession('t', mobile('m'), born('1992')),
      adultSession('u', mobile('m')),
    ],
    { people: ['a', 'b+s', 't'], referrals: [], setAside: ['u unlinkable'] },
  ],
  [
    'guard',
    'a mobile on a row without a birth date is not owned, though another token identifies the person',
    [
      adult('a', mobile('m'), e),
      adultSession('s', mobile('m'), born('1991')),
      adultSession('t', mobile('m'), e),
    ],
    { people: ['a+t', 's'], referrals: [] },
  ],
  [
    'order',
    'a session is decided by its strongest token that anybody owns, and by no other',
    [
      adult('a', nhs('1'), born('1990')),
      adult('b', e, born('1991')),
      adultSession('s', nhs('1'), e, born('1991')),
      adultSession('t', nhs('2'), e, born('1991')),
    ],
    {
      people: ['a', 'b+t'],
      referrals: ['nhs-number birth-dates-differ: a / s'],
      setAside: ['s referred'],
    },
  ],
  [
    'couple',
    'a person with rows of two genders does not join, by an email alone, a record with one of them',
    [adult('a', e, nhs('1'), gender('F')), adult('b', nhs('1'), gender('M')), adult('c', e, gender('F'))],
    { people: ['a+b', 'c'], referrals: ['email genders-differ: a+b / c'] },
  ],
  [
    'contradiction',
    'a row with two NHS numbers does not contradict one without any',
    [adult('a', e), adult('b', e, nhs('1'), nhs('2'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'contradiction',
    'a row with two NHS numbers contradicts one that has only one of them',
    [adult('a', nhs('1'), nhs('2')), adult('b', nhs('1')), adult('c', nhs('2'))],
    {
      people: ['a', 'b', 'c'],
      referrals: ['nhs-number nhs-numbers-differ: a / b', 'nhs-number nhs-numbers-differ: a / c'],
    },
  ],
  [
    'order',
    'a token of a domain that is not read joins nobody, and is not enough to link a row',
    [adult('a', e, libraryCard), adult('b', nhs('1'), libraryCard), adult('c', libraryCard)],
    { people: ['a', 'b'], referrals: [], setAside: ['c unlinkable'] },
  ],
];

describe('grouping rivals, as worked out by hand,', () => {
  it.each(examples)('[%s] %s', (_, __, rows, answer) => {
    for (const outcome of outcomesOf(rows, [], strategy))
      expect(outcome).toMatchObject({ setAside: [], ...answer });
  });
});
