import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKin1, withDerived } from './testing/derived-rows.js';
import { history, historyWithErasures, type Step } from './testing/histories.js';
import { born, carerEmail, caseNumber, childKey, email, nhs, type RowSpec } from './testing/linkage-world.js';
import { shapes, shapesIn, shapesOfScores, type Shape } from './testing/shapes.js';

const HISTORIES = 400;
const SCORED_HISTORIES = 120;

const into =
  (dataset: number) =>
  (rows: readonly RowSpec[], replaces = false): Step => ({
    ...{ kind: 'submit', dataset, period: 0, replaces, repeats: false, rows },
  });
const people = into(0);
const sessions = into(3);
const withdraw = (pick: number): Step => ({ kind: 'withdraw', pick });
const erase = (...picks: number[]): Step => ({ kind: 'erase', picks });
const row = (id: string, role: RowSpec['role'] & string, ...tokens: RowSpec['tokens']): RowSpec => ({
  ...{ id, role, tokens },
});
const anna = row('a', 'adult', email('a'));
/** Sessions under one address, each with its own case number. Three are too many for one person. */
const crowd = (address: string, count = 3) =>
  Array.from({ length: count }, (_, n) =>
    row(`${address}${n}`, 'adult', email(address), caseNumber(`${address}${n}`)),
  );
const common = row('common', 'child', childKey('common'), carerEmail('x'), carerEmail('y'));
const apart = [
  people([row('a', 'adult', email('p'), nhs('a'))]),
  sessions([row('s', 'adult', email('p'), ['mobile', 'identity', 's'], born('s'))]),
  people([], true),
];
const files = (count: number) =>
  Array.from({ length: count }, (_, n) => people([row(`r${n}`, 'adult', email(`r${n}`))], n > 0));

describe('the sample of histories on which the laws are tested', () => {
  it('contains each interesting shape in at least one of twenty histories', () => {
    const counts = new Map<Shape, number>(shapes.map((shape) => [shape, 0]));
    const sample = fc.sample(fc.oneof(history(), historyWithErasures()), {
      numRuns: HISTORIES,
      seed: 20_231_004,
    });
    for (const steps of sample)
      for (const shape of shapesIn(steps)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    const rare = [...counts].filter(([, count]) => count * 20 < HISTORIES);
    expect(rare).toEqual([]);
  });

  it('contains each shape in at least one of sixty histories of rows with partial evidence', () => {
    const counts = new Map<Shape, number>([...shapes, ...shapesOfScores].map((shape) => [shape, 0]));
    const sample = fc.sample(withDerived(fc.oneof(history(), historyWithErasures())), {
      numRuns: SCORED_HISTORIES,
      seed: 20_231_004,
    });
    for (const steps of sample)
      for (const shape of shapesIn(steps, testKin1)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    const rare = [...counts].filter(([, count]) => count * 60 < SCORED_HISTORIES);
    expect(rare).toEqual([]);
  });
});

describe('a shape', () => {
  const cases: [shape: Shape, there: Record<string, Step[]>, missing: Record<string, Step[]>][] = [
    [
      'a chain of three supersessions',
      { 'four files': files(4) },
      { 'three files': files(3), 'four files of which one was withdrawn': withOneWithdrawn() },
    ],
    [
      'a withdrawal in the middle of a chain of supersessions',
      { 'the second of three': [...files(3), withdraw(1)] },
      {
        'the first of three': [...files(3), withdraw(0)],
        'the last of three': [...files(3), withdraw(2)],
        'the last of three, then the one before': [...files(3), withdraw(-1), withdraw(-1)],
        'the only one that replaced another': [...files(2), withdraw(1)],
      },
    ],
    [
      'a token that regains its force',
      { 'one of the crowd stays': [sessions(crowd('p')), sessions(crowd('p', 1), true)] },
      {
        'the whole crowd goes': [sessions(crowd('p')), sessions([], true)],
        'another crowd comes in its place': [sessions(crowd('p')), sessions(crowd('q'), true)],
      },
    ],
    [
      'a token without force that facts alone hold',
      {
        'a crowd of sessions': [sessions(crowd('p'))],
        'whose only person is erased': [
          people([row('a', 'adult', email('p'))]),
          sessions(crowd('p')),
          erase(0),
        ],
      },
      {
        'held by a person too': [people([row('a', 'adult', email('p'))]), sessions(crowd('p'))],
        'a crowd that is not too large': [sessions(crowd('p', 2))],
      },
    ],
    [
      'a person who is an adult and of the workforce',
      { 'two rows of one person': [people([anna, row('b', 'volunteer', email('a'))])] },
      {
        'a row that is corrected': [people([anna]), people([row('a', 'volunteer', email('a'))])],
        'a row that is taken out before the other': [
          people([anna]),
          people([row('b', 'volunteer', email('a'))], true),
        ],
        'a session of a volunteer': [people([anna]), sessions([row('s', 'volunteer', email('a'))])],
      },
    ],
    [
      'an individual of facts alone with two roles',
      { 'two sessions': [sessions([anna, row('s', 'volunteer', email('a'))])] },
      {
        'of somebody listed': [people([anna]), sessions([anna, row('s', 'volunteer', email('a'))])],
        'one after the other': [sessions([anna]), sessions([row('s', 'volunteer', email('a'))], true)],
      },
    ],
    [
      'a carer who is known from facts alone',
      { 'a session': [people([row('c', 'child', childKey('c'), carerEmail('a'))]), sessions([anna])] },
      {
        'a person': [people([row('c', 'child', childKey('c'), carerEmail('a')), anna])],
        'a session of somebody listed': [
          people([row('c', 'child', childKey('c'), carerEmail('a')), anna]),
          sessions([anna]),
        ],
      },
    ],
    [
      'a family that parts in two',
      { 'their common child is withdrawn': [...twoFamilies(), people([common]), withdraw(-1)] },
      { 'one family of two goes': [...twoFamilies(), withdraw(-1)] },
    ],
    [
      'an individual that comes back',
      { 'its file is no longer replaced': [people([anna]), people([], true), withdraw(-1)] },
      {
        'another record of it stays': [people([anna]), people([row('b', 'adult', email('a'))]), withdraw(0)],
      },
    ],
    [
      'individuals without live records that come back as one',
      {
        'their address regains its force': [
          sessions(crowd('p')),
          ...twoUnder('p'),
          withdraw(0),
          withdraw(-1),
        ],
      },
      { 'each comes back alone': [sessions(crowd('p')), ...twoUnder('p'), withdraw(-1)] },
    ],
    [
      'a record that comes back to another individual',
      {
        'somebody found its address meanwhile': [
          people([anna]),
          people([], true),
          sessions([anna]),
          withdraw(1),
        ],
      },
      {
        'nobody else is of its address': [people([anna]), people([], true), withdraw(1)],
        'its own individual lives on': [people([anna]), sessions([anna]), people([], true), withdraw(-1)],
      },
    ],
    [
      'a record that comes back apart from its individual',
      { 'what joined them has no force': [...apart, sessions(crowd('p')), withdraw(2)] },
      { 'what joined them has force': [...apart, withdraw(2)] },
    ],
  ];
  for (const [shape, there, missing] of cases) {
    it.each(Object.entries(there))(`${shape} is found in: %s`, (_, steps) => {
      expect(shapesIn(steps)).toContain(shape);
    });
    it.each(Object.entries(missing))(`${shape} is not found in: %s`, (_, steps) => {
      expect(shapesIn(steps)).not.toContain(shape);
    });
  }
});

/** The third file is withdrawn, so the fourth replaces the second. */
function withOneWithdrawn(): Step[] {
  return [...files(3), withdraw(2), people([anna], true)];
}

function twoFamilies(): Step[] {
  return ['x', 'y'].map((address) =>
    people([
      row(address, 'adult', email(address)),
      row(`c${address}`, 'child', childKey(address), carerEmail(address)),
    ]),
  );
}

/** Two people under one address, in a file that is then replaced. */
function twoUnder(address: string): Step[] {
  return [
    people([
      row('a', 'adult', email(address), nhs('a')),
      row('b', 'adult', email(address), ['mobile', 'identity', 'b'], born('b')),
    ]),
    people([], true),
  ];
}
