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
/** Withdraws the submission that came last of those that stand. */
const withdrawLatest: Step = { kind: 'withdraw', pick: -1 };

const child = (id: string, ...tokens: TokenSpec[]): RowSpec => ({ id, role: 'child', tokens });
const adult = (id: string, ...tokens: TokenSpec[]): RowSpec => ({ id, role: 'adult', tokens });

/** A file that is replaced, and replaced again; now and then the last of them is withdrawn. */
const replacedTwice = (dataset: number, period: number, withdrawn: boolean): Step[] => [
  submit(dataset, period, [adult('s0', email('s0')), adult('s1', email('s1'))]),
  submit(dataset, period, [adult('s0', email('s0')), adult('s1', email('s2'))], true),
  submit(dataset, period, [adult('s1', email('s1')), adult('s2', email('s2'))], true),
  ...(withdrawn ? [withdrawLatest] : []),
];

/** One child and five adults who are its carers. */
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

/** An address that sessions alone hold, under more case numbers than are one person’s; it may go again. */
const placeholder = (period: number, goes: boolean): Step[] => {
  const session = (n: number) => adult(`p${n}`, email('p'), caseNumber(`p${n}`));
  return [
    submit(ALPHA_SESSIONS, period, [session(0), session(1), session(2)]),
    ...(goes ? [submit(ALPHA_SESSIONS, period, [session(0)], true)] : []),
  ];
};

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

/** Rows that a later file repeats, which is withdrawn: they fall back to the earlier one. */
const repeatedAndWithdrawn = (): Step[] => {
  const rows = [adult('k0', email('k0')), adult('k1', email('k1'))];
  return [submit(ALPHA_PEOPLE, 0, rows), submit(ALPHA_PEOPLE, 2, rows), withdrawLatest];
};

/** Two families, and a child of both. */
const familiesThatMeet = (period: number): Step[] => [
  submit(ALPHA_PEOPLE, period, [
    child('f0', childKey('f0'), carerEmail('f0')),
    adult('f1', email('f0')),
    child('f2', childKey('f2'), carerEmail('f1')),
    adult('f3', email('f1')),
  ]),
  submit(ALPHA_PEOPLE, 2, [child('f4', childKey('f4'), carerEmail('f0'), carerEmail('f1'))]),
];

const period = fc.nat(PERIODS - 1);

/** A few steps with names of their own that come to a shape which steps drawn one by one seldom make. */
export const story: fc.Arbitrary<Step[]> = fc.oneof(
  fc.tuple(fc.nat(DATASETS - 1), period, fc.boolean()).map((parts) => replacedTwice(...parts)),
  period.map(largeFamily),
  fc.tuple(period, fc.boolean()).map((parts) => placeholder(...parts)),
  period.map(twins),
  period.map(couple),
  fc.constant(repeatedAndWithdrawn()),
  period.map(familiesThatMeet),
);
