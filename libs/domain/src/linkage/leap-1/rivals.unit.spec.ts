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

/** Room for three people under one token, so that three rivals are not a placeholder. */
const strategy = leap1({ ...testSettings, maxBirthDatesPerToken: 3 });
const e = email('e');
const libraryCard = ['library-card', 'identity', '1'] as const;

type Answer = Pick<Outcome, 'people' | 'referrals'> & Partial<Outcome>;

/*
 * Worked out by hand. [order]: NHS number, child key, email, mobile, each level done before the next (domain §4).
 * [contradiction]: two NHS numbers, two birth dates, a child and an adult never join, and are referred (architecture §6).
 * [twins]: two case numbers of one dataset contradict under a child key (domain §2). [couple]: two genders contradict
 * under an email, unless the birth date confirms (domain §2). [rivals]: whoever could join either of two that contradict
 * each other stays alone, and is referred (architecture §6). [guard]: a mobile joins equal birth dates alone (domain §4).
 */
const examples: [rule: string, what: string, rows: ExampleRow[], answer: Answer][] = [
  [
    'rivals',
    'one who could be either of two birth dates stays alone',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e)],
    {
      people: ['a', 'b', 'c'],
      referrals: ['email ambiguous: c / a, b', 'email birth-dates-differ: a / b'],
    },
  ],
  [
    'contradiction',
    'one who contradicts the second of two is the first',
    [adult('a', e, born('1990')), adult('b', e, born('1991')), adult('c', e, born('1990'))],
    { people: ['a+c', 'b'], referrals: ['email birth-dates-differ: a+c / b'] },
  ],
  [
    'contradiction',
    'one who contradicts both is a third',
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
    'one who could be the second alone, by another address of the second, is the second',
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
    'one who could be any of three birth dates has three rivals',
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
    'one whom the first of three contradicts has the two others as rivals',
    [
      adult('a', e, nhs('1'), born('1990')),
      adult('b', e, nhs('2')),
      adult('c', e, born('1992'), nhs('3')),
      adult('d', e, born('1992')),
    ],
    {
      people: ['a', 'b', 'c', 'd'],
      // `d` contradicts `a` by birth date, and could be `b` or `c`, who have two NHS numbers. It has one referral for its
      // token (architecture §6: referrals are bounded by rows), which names those whom it could be.
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
    'somebody who contradicts no one is no rival, and has the same two',
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
    'whoever stands between rivals under an NHS number joins nobody under an email either',
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
    'rivals need no token in common: each may meet the one between by another address',
    [adult('a', nhs('1'), e), adult('b', e, email('f')), adult('c', nhs('2'), email('f'))],
    { people: ['a', 'b', 'c'], referrals: ['email ambiguous: b / a, c'] },
  ],
  [
    'order',
    'a chain by two levels joins the stronger first, and then contradicts',
    [adult('a', nhs('1'), nhs('9')), adult('b', nhs('9'), e), adult('c', nhs('2'), e)],
    {
      people: ['a', 'b', 'c'],
      // `a` carries two NHS numbers of its own: `b` has one of them only, and so differs from it.
      referrals: ['email nhs-numbers-differ: b / c', 'nhs-number nhs-numbers-differ: a / b'],
    },
  ],
  [
    'contradiction',
    'a child is never an adult, and is one with the other child',
    [adult('a', nhs('1')), child('b', nhs('1')), child('c', nhs('1'))],
    { people: ['a', 'b+c'], referrals: ['nhs-number child-and-adult: a / b+c'] },
  ],
  [
    'couple',
    'one of unknown gender could be either of a couple',
    [adult('a', e, gender('F')), adult('b', e, gender('M')), adult('c', e)],
    { people: ['a', 'b', 'c'], referrals: ['email ambiguous: c / a, b', 'email genders-differ: a / b'] },
  ],
  [
    'couple',
    'two genders are one person where an NHS number says so',
    [adult('a', nhs('1'), gender('F')), adult('b', nhs('1'), gender('M'), born('1990'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'couple',
    'two genders under a mobile are one person of one birth date',
    [adult('a', mobile('m'), born('1990'), gender('F')), adult('b', mobile('m'), born('1990'), gender('M'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'twins',
    'a child of another list could be either twin',
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
    'two case numbers under an NHS number are one child who was listed twice',
    [child('a', nhs('1'), caseNumber('1')), child('b', nhs('1'), caseNumber('2'), born('2020'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'guard',
    'people of one mobile and two birth dates do not meet, and one without a birth date is nobody’s',
    [adult('a', mobile('m'), born('1990')), adult('b', mobile('m'), born('1991')), adult('c', mobile('m'))],
    { people: ['a', 'b'], referrals: [], setAside: ['c unlinkable'] },
  ],
  [
    'rivals',
    'one of a mobile and a birth date that two NHS numbers share could be either',
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
    'sessions whom nobody lists are weighed like people, and the one between is set aside',
    [adultSession('s', e, born('1990')), adultSession('t', e, born('1991')), adultSession('u', e)],
    {
      people: ['s', 't'],
      referrals: ['email ambiguous: u / s, t', 'email birth-dates-differ: s / t'],
      setAside: ['u referred'],
    },
  ],
  [
    'twins',
    'sessions that nobody lists are one child, whatever their case numbers: only a list tells its cases apart',
    [
      childSession('s', childKey('k'), caseNumber('1')),
      childSession('t', childKey('k'), caseNumber('2'), born('2020')),
    ],
    { people: ['s+t'], referrals: [] },
  ],
  [
    'rivals',
    'of three sessions whom nobody lists, two of one birth date are one, and the one between names both sides',
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
    'sessions of a child and an adult under one address are two, and so are sessions of two NHS numbers',
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
    'a session with a mobile is that of the person of its birth date alone, and without a birth date nobody’s',
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
    'a mobile is nobody’s whose row has no birth date, though another address says who that is',
    [
      adult('a', mobile('m'), e),
      adultSession('s', mobile('m'), born('1991')),
      adultSession('t', mobile('m'), e),
    ],
    { people: ['a+t', 's'], referrals: [] },
  ],
  [
    'order',
    'a session is asked for its strongest token that anybody has, and for no other',
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
    'one whose rows have two genders is not, by an email alone, one who has one of them',
    [adult('a', e, nhs('1'), gender('F')), adult('b', nhs('1'), gender('M')), adult('c', e, gender('F'))],
    { people: ['a+b', 'c'], referrals: ['email genders-differ: a+b / c'] },
  ],
  [
    'contradiction',
    'a row with two NHS numbers does not contradict one that has none',
    [adult('a', e), adult('b', e, nhs('1'), nhs('2'))],
    { people: ['a+b'], referrals: [] },
  ],
  [
    'contradiction',
    'a row with two NHS numbers differs from one that has either of them alone',
    [adult('a', nhs('1'), nhs('2')), adult('b', nhs('1')), adult('c', nhs('2'))],
    {
      people: ['a', 'b', 'c'],
      referrals: ['nhs-number nhs-numbers-differ: a / b', 'nhs-number nhs-numbers-differ: a / c'],
    },
  ],
  [
    'order',
    'a number that is no evidence of who somebody is joins nobody, and links nobody who has nothing else',
    [adult('a', e, libraryCard), adult('b', nhs('1'), libraryCard), adult('c', libraryCard)],
    { people: ['a', 'b'], referrals: [], setAside: ['c unlinkable'] },
  ],
];

describe('rivals, as worked out by hand', () => {
  it.each(examples)('[%s] %s', (_, __, rows, answer) => {
    for (const outcome of outcomesOf(rows, [], strategy))
      expect(outcome).toMatchObject({ setAside: [], ...answer });
  });
});
