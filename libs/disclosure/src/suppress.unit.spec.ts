import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditRelease } from './audit.js';
import { highsSolver } from './highs-solver.js';
import { addUpTo, type ReleasedCell } from './release.js';
import type { Solver } from './solver.js';
import { leastNeeded, secondarySuppression, withoutCells } from './suppress.js';
import { nhs2018, randomCounts, starred, tableOf, threshold10WithZero } from './testing/random-tables.js';
import { yalpsSolver } from './testing/yalps-solver.js';

let solver: Solver;
beforeAll(async () => {
  solver = await highsSolver();
});

const small = (id: string): ReleasedCell => ({ id, known: { low: 1, high: 7 }, protected: true });
const exact = (id: string, count: number, cost?: number): ReleasedCell => ({
  ...{ id, known: { low: count, high: count }, protected: false },
  ...(cost === undefined ? {} : { secondary: { cost, known: { low: 8, high: Infinity } } }),
});

describe('secondary suppression', () => {
  it('suppresses nothing where nothing is narrowed', () => {
    const release = {
      cells: [small('a'), small('b'), exact('total', 8, 8)],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    expect(secondarySuppression(solver, release).suppressed).toEqual([]);
  });

  it('takes the cheapest count beside the one that is narrowed', () => {
    const release = {
      cells: [small('a'), exact('b', 20, 20), exact('c', 11, 11), exact('total', 35, 35)],
      relations: [addUpTo('total', ['a', 'b', 'c'])],
    };
    expect(secondarySuppression(solver, release)).toMatchObject({
      ...{ suppressed: ['c'], audit: { audited: 1, narrowed: [], unknown: [] } },
    });
  });

  it('leaves counts that were published before, and says what stays narrowed', () => {
    const release = {
      cells: [small('a'), exact('b', 20), exact('total', 24)],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    const { suppressed, audit } = secondarySuppression(solver, release);
    expect(suppressed).toEqual([]);
    expect(audit.narrowed).toEqual([{ cell: 'a', feasible: [4] }]);
  });

  it('suppresses no count that could be left out', () => {
    const release = {
      cells: [
        small('a'),
        small('d'),
        exact('b', 9, 9),
        exact('c', 30, 30),
        exact('one', 12, 12),
        exact('two', 33, 33),
      ],
      relations: [addUpTo('one', ['a', 'b']), addUpTo('two', ['d', 'c'])],
    };
    expect(secondarySuppression(solver, release)).toMatchObject({
      ...{ suppressed: ['b', 'c'], audit: { audited: 2, narrowed: [], unknown: [] } },
    });
  });

  it('saves what can be saved beside a count that cannot', () => {
    const release = {
      cells: [
        small('a'),
        exact('b', 20),
        exact('one', 24),
        small('d'),
        exact('c', 30, 30),
        exact('two', 33, 33),
      ],
      relations: [addUpTo('one', ['a', 'b']), addUpTo('two', ['d', 'c'])],
    };
    const { suppressed, audit } = secondarySuppression(solver, release);
    expect(suppressed).toEqual(['c']);
    expect(audit.narrowed).toEqual([{ cell: 'a', feasible: [4] }]);
  });

  it('counts on no value that a reader can rule out: what is suppressed as well is no small count', () => {
    // Of 18 at most, 8 or more are the one and 9 or more the other: with either suppressed, a is 1 or nothing else.
    const release = {
      cells: [small('a'), exact('b', 8, 8), exact('c', 9, 9), exact('total', 18)],
      relations: [addUpTo('total', ['a', 'b', 'c'])],
    };
    const { suppressed, audit } = secondarySuppression(solver, release);
    expect(suppressed).toEqual([]);
    expect(audit.narrowed).toEqual([{ cell: 'a', feasible: [1] }]);
  });

  it.each([nhs2018, threshold10WithZero])(
    'leaves each protected count of tables at random three values or more, as a second solver finds too: $id',
    (by) => {
      let [looked, narrowed] = [0, 0];
      for (const [rows, columns, seeds] of [
        [2, 2, 12],
        [2, 3, 6],
        [3, 3, 2],
      ] as const)
        for (let seed = 1; seed <= seeds; seed += 1) {
          const release = tableOf('t', randomCounts(seed, rows, columns), by);
          const { before, suppressed, audit } = secondarySuppression(solver, release);
          const after = withoutCells(release, new Set(suppressed));
          for (const second of [solver, yalpsSolver])
            expect(auditRelease(second, after), `${rows}×${columns}, seed ${seed}`).toEqual({
              ...{ audited: audit.audited, narrowed: [], unknown: [] },
            });
          looked += audit.audited;
          narrowed += before.narrowed.length;
        }
      expect(looked).toBeGreaterThan(30);
      // The law says nothing where no table gives anything away as it is.
      expect(narrowed).toBeGreaterThan(0);
    },
  );

  it.each([starred, nhs2018])('leaves in tables at random what a second solver finds: $id', (by) => {
    const left = { before: 0, after: 0 };
    for (let seed = 1; seed <= 12; seed += 1) {
      const release = tableOf('t', randomCounts(seed, 2, 3), by);
      const { before, suppressed, audit } = secondarySuppression(solver, release);
      const after = auditRelease(yalpsSolver, withoutCells(release, new Set(suppressed)));
      expect(after, `seed ${seed}`).toEqual(audit);
      left.before += before.narrowed.length;
      left.after += audit.narrowed.length;
    }
    expect(left.after).toBeLessThan(left.before);
  });
});

describe('the least of candidates that are needed', () => {
  const subset = fc.uniqueArray(fc.nat(19), { maxLength: 6 });

  it('are enough, and none of them can be left out', () => {
    fc.assert(
      fc.property(fc.array(subset, { minLength: 1, maxLength: 3 }), (alternatives) => {
        const isEnough = (chosen: readonly number[]): boolean =>
          alternatives.some((alternative) => alternative.every((each) => chosen.includes(each)));
        const needed = leastNeeded(
          Array.from({ length: 20 }, (_, number) => number),
          isEnough,
        );
        expect(isEnough(needed)).toBe(true);
        for (const each of needed) expect(isEnough(needed.filter((other) => other !== each))).toBe(false);
      }),
    );
  });

  it('are the earlier ones where either would do', () => {
    const isEnough = (chosen: readonly string[]): boolean =>
      chosen.includes('cheap') || chosen.includes('dear');
    expect(leastNeeded(['cheap', 'other', 'dear'], isEnough)).toEqual(['cheap']);
  });
});
