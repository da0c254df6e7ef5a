import { beforeAll, describe, expect, it } from 'vitest';
import { auditRelease } from './audit.js';
import { highsSolver } from './highs-solver.js';
import { addUpTo, atMost, atMostSumOf, type Release, type ReleasedCell } from './release.js';
import type { Solver } from './solver.js';
import { nhs2018, randomCounts, starred, tableOf } from './testing/random-tables.js';
import { yalpsSolver } from './testing/yalps-solver.js';

let solver: Solver;
beforeAll(async () => {
  solver = await highsSolver();
});

const small = (id: string): ReleasedCell => ({ id, known: { low: 1, high: 7 }, protected: true });
const exact = (id: string, count: number): ReleasedCell => ({
  ...{ id, known: { low: count, high: count }, protected: false },
});

describe('a protected count', () => {
  it('is worked out from its total and the other parts', () => {
    const release = {
      cells: [small('a'), exact('b', 20), exact('total', 24)],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    expect(auditRelease(solver, release)).toEqual({
      ...{ audited: 1, narrowed: [{ cell: 'a', feasible: [4] }], unknown: [] },
    });
  });

  it('is narrowed together with another one', () => {
    const release = {
      cells: [small('a'), small('b'), exact('total', 3)],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    expect(auditRelease(solver, release).narrowed).toEqual([
      { cell: 'a', feasible: [1, 2] },
      { cell: 'b', feasible: [1, 2] },
    ]);
  });

  it('is safe with three values that are possible', () => {
    const release = {
      cells: [small('a'), small('b'), exact('total', 4)],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    expect(auditRelease(solver, release)).toEqual({ audited: 2, narrowed: [], unknown: [] });
  });

  it('is worked out by subtracting one period from another', () => {
    const release = {
      cells: [exact('lifetime before', 51), exact('lifetime', 53), small('new')],
      relations: [addUpTo('lifetime', ['lifetime before', 'new'])],
    };
    expect(auditRelease(solver, release).narrowed).toEqual([{ cell: 'new', feasible: [2] }]);
  });

  it('is narrowed by a group that it is part of, and by groups of distinct people that cover it', () => {
    const release = {
      cells: [small('group'), exact('all', 2), small('people'), exact('adults', 1), exact('children', 1)],
      relations: [atMost('group', 'all'), atMostSumOf('people', ['adults', 'children'])],
    };
    expect(auditRelease(solver, release).narrowed).toEqual([
      { cell: 'group', feasible: [1, 2] },
      { cell: 'people', feasible: [1, 2] },
    ]);
  });

  it('is found to have gaps: values that no whole numbers reach are not counted', () => {
    const release: Release = {
      cells: [small('a'), { id: 'other', known: { low: 0, high: 9 }, protected: false }],
      relations: [
        {
          terms: [
            { cell: 'a', times: 1 },
            { cell: 'other', times: -3 },
          ],
          sum: { low: 1, high: 1 },
        },
      ],
    };
    expect(auditRelease(solver, release, 4).narrowed).toEqual([{ cell: 'a', feasible: [1, 4, 7] }]);
  });

  it('is safe beside counts of which nothing is known', () => {
    const release = {
      cells: [
        small('a'),
        { id: 'b', known: { low: 0, high: Infinity }, protected: false },
        exact('total', 24),
      ],
      relations: [addUpTo('total', ['a', 'b'])],
    };
    expect(auditRelease(solver, release).narrowed).toEqual([]);
  });
});

describe('a release', () => {
  it('is refused if it contradicts itself', () => {
    const release = {
      cells: [small('a'), exact('total', 24)],
      relations: [addUpTo('total', ['a'])],
    };
    expect(() => auditRelease(solver, release)).toThrow('what is published contradicts itself');
  });

  it('is refused if two cells have one id, or a relation names none of its cells', () => {
    expect(() => auditRelease(solver, { cells: [small('a'), small('a')], relations: [] })).toThrow('one id');
    expect(() => auditRelease(solver, { cells: [small('a')], relations: [addUpTo('a', ['b'])] })).toThrow(
      'a relation names b',
    );
  });
});

/** Every value of a protected cell in any counts that show the same table: by trying all of them. */
function triedByHand(release: Release, inner: readonly string[]): ReadonlyMap<string, ReadonlySet<number>> {
  const known = new Map(release.cells.map((cell) => [cell.id, cell.known]));
  const found = new Map(release.cells.map(({ id }) => [id, new Set<number>()]));
  const values = new Map<string, number>();
  const totals = release.relations.map(({ terms }) => ({
    total: terms[0]?.cell ?? '',
    parts: terms.slice(1).map(({ cell }) => cell),
  }));
  const fits = (id: string, value: number): boolean => {
    const { low = 0, high = 0 } = known.get(id) ?? {};
    return value >= low && value <= high;
  };
  const tryFrom = (place: number): void => {
    const id = inner[place];
    if (id === undefined) {
      for (const { total, parts } of totals) {
        const value = parts.reduce((sum, part) => sum + (values.get(part) ?? 0), 0);
        if (!fits(total, value)) return;
        values.set(total, value);
      }
      for (const [cell, value] of values) found.get(cell)?.add(value);
      return;
    }
    const { low = 0, high = 0 } = known.get(id) ?? {};
    for (let value = low; value <= high; value += 1) {
      values.set(id, value);
      tryFrom(place + 1);
    }
  };
  tryFrom(0);
  return found;
}

describe('tables at random', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);

  it.each([starred, nhs2018])('are narrowed to the values that trying all counts finds: $id', (by) => {
    for (const seed of seeds) {
      const release = tableOf('t', randomCounts(seed, 2, 2), by);
      const byHand = triedByHand(release, ['t 0,0', 't 0,1', 't 1,0', 't 1,1']);
      const expected = release.cells.flatMap(({ id, protected: isProtected }) => {
        const feasible = [...(byHand.get(id) ?? [])].sort((one, two) => one - two);
        return isProtected && feasible.length < 3 ? [{ cell: id, feasible }] : [];
      });
      expect(auditRelease(solver, release).narrowed, `seed ${seed}`).toEqual(expected);
    }
  });

  it.each([starred, nhs2018])('are judged alike by a second solver: $id', (by) => {
    for (const seed of seeds) {
      const release = tableOf('t', randomCounts(seed, 3, 4), by);
      expect(auditRelease(yalpsSolver, release), `seed ${seed}`).toEqual(auditRelease(solver, release));
    }
  });

  it('are judged alike near a known solution and among all, where many counts hang together', () => {
    for (const by of [starred, nhs2018]) {
      const release = tableOf('t', randomCounts(3, 9, 20), by);
      expect(release.cells.length).toBeGreaterThan(200);
      const { narrowed } = auditRelease(solver, release);
      // The first count that is looked at is sought among all counts.
      const apart = release.cells
        .filter((cell) => cell.protected)
        .filter((_, index) => index % 4 === 0)
        .flatMap(({ id }) => auditRelease(solver, release, 3, new Set([id])).narrowed);
      const looked = new Set(
        release.cells
          .filter((cell) => cell.protected)
          .flatMap(({ id }, index) => (index % 4 === 0 ? [id] : [])),
      );
      expect(narrowed.filter(({ cell }) => looked.has(cell))).toEqual(apart);
    }
  });
});
