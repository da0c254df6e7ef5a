import fc from 'fast-check';
import type { Step, Submit } from './histories.js';
import {
  born,
  carerEmail,
  caseNumber,
  childKey,
  email,
  gender,
  mobile,
  nhs,
  type RowSpec,
  type TokenSpec,
} from './linkage-world.js';

const ALPHA_PEOPLE = 0;
const ALPHA_SESSIONS = 3;
const DATASETS = 5;
const PERIODS = 3;

const submit = (dataset: number, period: number, rows: readonly RowSpec[], replaces = false): Submit => ({
  kind: 'submit',
  dataset,
  period,
  replaces,
  repeats: false,
  rows,
});
const child = (id: string, ...tokens: TokenSpec[]): RowSpec => ({ id, role: 'child', tokens });
const adult = (id: string, ...tokens: TokenSpec[]): RowSpec => ({ id, role: 'adult', tokens });

/** Withdraws one of the submissions that are not withdrawn: the one that came `before` places before the last. */
const withdraw = (before: number): Step => ({ kind: 'withdraw', pick: -1 - before });
const withdrawLatest = withdraw(0);

/** Which of four files to withdraw, each of which replaced the one before; counted in files that came after it. */
const withdrawnOfFour: readonly (readonly number[])[] = [[], [0], [1], [1, 0], [2], [2, 1]];

/** A file that is replaced three times. */
const replacedThrice = (dataset: number, period: number, withdrawn: readonly number[]): Step[] => [
  submit(dataset, period, [adult('s0', email('s0')), adult('s1', email('s1'))]),
  submit(dataset, period, [adult('s0', email('s0')), adult('s1', email('s2'))], true),
  submit(dataset, period, [adult('s1', email('s1')), adult('s2', email('s2'))], true),
  submit(dataset, period, [adult('s0', email('s2')), adult('s2', email('s1'))], true),
  ...withdrawn.map(withdraw),
];

/** One child and the five adults who are its carers. */
const largeFamily = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [
    child('h', childKey('h'), carerEmail('h0'), carerEmail('h1'), carerEmail('h2'), carerEmail('h3'), [
      'mobile',
      'carer',
      'h4',
    ]),
    ...['h0', 'h1', 'h2', 'h3'].map((name) => adult(name, email(name), born(name))),
    adult('h4', mobile('h4'), born('h4')),
  ]),
];

/** Sessions under one address with more case numbers than one person has, so that the address has no force. */
const crowd = (address: string): readonly RowSpec[] =>
  [0, 1, 2].map((n) => adult(`${address}-crowd${n}`, email(address), caseNumber(`${address}${n}`)));

/** An address without force that only sessions hold. It may regain force. */
const placeholder = (period: number, goes: boolean): Step[] => [
  submit(ALPHA_SESSIONS, period, crowd('p')),
  ...(goes ? [submit(ALPHA_SESSIONS, period, crowd('p').slice(0, 1), true)] : []),
];

const twins = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [
    child('t0', childKey('t'), caseNumber('t0')),
    child('t1', childKey('t'), caseNumber('t1')),
  ]),
];

const couple = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [
    adult('q0', email('q'), gender('g0')),
    adult('q1', email('q'), gender('g1')),
  ]),
];

/** A person whom no user file lists, who attends one session and helps at another. */
const sessionsOfTwoRoles = (period: number): Step[] => [
  submit(ALPHA_SESSIONS, period, [
    adult('v0', email('v')),
    { id: 'v1', role: 'volunteer', tokens: [email('v')] },
  ]),
];

/** Rows that a later file repeats, which is then withdrawn, so that they fall back to the earlier file. */
const repeatedAndWithdrawn = (): Step[] => {
  const rows = [adult('k0', email('k0')), adult('k1', email('k1'))];
  return [submit(ALPHA_PEOPLE, 0, rows), submit(ALPHA_PEOPLE, 2, rows), withdrawLatest];
};

/** Two families, and a child of both. If the child goes again, they part. */
const familiesThatMeet = (period: number, part: boolean): Step[] => [
  submit(ALPHA_PEOPLE, period, [
    child('f0', childKey('f0'), carerEmail('f0')),
    adult('f1', email('f0')),
    child('f2', childKey('f2'), carerEmail('f1')),
    adult('f3', email('f1')),
  ]),
  submit(ALPHA_PEOPLE, 2, [child('f4', childKey('f4'), carerEmail('f0'), carerEmail('f1'))]),
  ...(part ? [withdrawLatest] : []),
];

/**
 * Two people under an address without force, whose file is replaced. When they come back, the address has force and
 * makes one person of the two ids.
 */
const twoWhoComeBackAsOne = (period: number): Step[] => [
  submit(ALPHA_SESSIONS, period, crowd('w')),
  submit(ALPHA_PEOPLE, period, [
    adult('w0', email('w'), nhs('w')),
    adult('w1', email('w'), mobile('w'), born('w')),
  ]),
  submit(ALPHA_PEOPLE, period, [], true),
  withdraw(2),
  withdrawLatest,
];

/** A person whose file is replaced, and whose record joins another individual when it comes back. */
const oneWhoComesBackToAnother = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [adult('x0', email('x'))]),
  submit(ALPHA_PEOPLE, period, [], true),
  submit(ALPHA_SESSIONS, period, [adult('x1', email('x'))]),
  withdraw(1),
];

/**
 * A row whose file is replaced, and whose individual lives on without it. When the row comes back, what joined the two
 * has no force.
 */
const oneWhoComesBackApart = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [adult('y0', email('y'), nhs('y'))]),
  submit(ALPHA_SESSIONS, period, [adult('y1', email('y'), mobile('y'), born('y'))]),
  submit(ALPHA_PEOPLE, period, [], true),
  submit(ALPHA_SESSIONS, period, crowd('y')),
  withdraw(1),
];

const period = fc.nat(PERIODS - 1);

/** A few steps, with names of their own, that lead to a shape which steps drawn one by one seldom reach. */
export const story: fc.Arbitrary<Step[]> = fc.oneof(
  fc
    .tuple(fc.nat(DATASETS - 1), period, fc.constantFrom(...withdrawnOfFour))
    .map((parts) => replacedThrice(...parts)),
  period.map(largeFamily),
  fc.tuple(period, fc.boolean()).map((parts) => placeholder(...parts)),
  period.map(twins),
  period.map(couple),
  period.map(sessionsOfTwoRoles),
  fc.constant(repeatedAndWithdrawn()),
  fc.tuple(period, fc.boolean()).map((parts) => familiesThatMeet(...parts)),
  period.map(twoWhoComeBackAsOne),
  period.map(oneWhoComesBackToAnother),
  period.map(oneWhoComesBackApart),
);
