import { addUpTo, type Bounds, type Release, type ReleasedCell, type Relation } from '../release.js';

/** What a table shows of a count, and what a reader knows of it then. */
export interface ShownBy {
  readonly id: string;
  readonly shown: (count: number) => number | 'suppressed';
  readonly known: (shown: number | 'suppressed') => Bounds;
  /** The least count that is not small: what is suppressed beside small counts is so many or more. */
  readonly firstShown: number;
  /** Whether totals are shown as they are. */
  readonly exactTotals: boolean;
}

const FIRST_SHOWN = 8;
const suppressed: Bounds = { low: 1, high: FIRST_SHOWN - 1 };

/** Small cells are starred, all else is exact. */
export const starred: ShownBy = {
  id: 'small cells starred, exact totals',
  shown: (count) => (count > 0 && count < FIRST_SHOWN ? 'suppressed' : count),
  known: (shown) => (shown === 'suppressed' ? suppressed : { low: shown, high: shown }),
  firstShown: FIRST_SHOWN,
  exactTotals: true,
};

/** NHS Digital’s rule: 1 to 7 suppressed, all else to the nearest 5, totals rounded apart. */
export const nhs2018: ShownBy = {
  id: 'nhs-2018',
  shown: (count) => (count === 0 ? 0 : count < FIRST_SHOWN ? 'suppressed' : 5 * Math.round(count / 5)),
  known: (shown) =>
    shown === 'suppressed'
      ? suppressed
      : shown === 0
        ? { low: 0, high: 0 }
        : { low: Math.max(FIRST_SHOWN, shown - 2), high: shown + 2 },
  firstShown: FIRST_SHOWN,
  exactTotals: false,
};

/** The threshold of trusted research environments: 0 to 9 suppressed alike, all else to the nearest 5. */
export const threshold10WithZero: ShownBy = {
  id: 'threshold-10-with-zero',
  shown: (count) => (count < 10 ? 'suppressed' : 5 * Math.round(count / 5)),
  known: (shown) =>
    shown === 'suppressed' ? { low: 0, high: 9 } : { low: Math.max(10, shown - 2), high: shown + 2 },
  firstShown: 10,
  exactTotals: false,
};

/** The cells of a table of counts with its totals by row, by column and of all, and how they add up. */
export function tableOf(name: string, counts: readonly (readonly number[])[], by: ShownBy): Release {
  const cells: ReleasedCell[] = [];
  const relations: Relation[] = [];
  const add = (id: string, count: number, total: boolean): void => {
    const shown = total && by.exactTotals ? count : by.shown(count);
    const known = total && by.exactTotals ? { low: count, high: count } : by.known(shown);
    // A count of nobody is never suppressed beside small ones, so that what is suppressed beside them is no small one.
    const secondary =
      count < by.firstShown
        ? {}
        : { secondary: { cost: count, known: { low: by.firstShown, high: Infinity } } };
    cells.push({ id, known, protected: shown === 'suppressed', ...secondary });
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((one, two) => one + two, 0);
  const columns = (counts[0] ?? []).map((_, column) => counts.map((row) => row[column] ?? 0));
  for (const [row, values] of counts.entries()) {
    for (const [column, count] of values.entries()) add(`${name} ${row},${column}`, count, false);
    add(`${name} row ${row}`, sum(values), true);
    relations.push(
      addUpTo(
        `${name} row ${row}`,
        values.map((_, column) => `${name} ${row},${column}`),
      ),
    );
  }
  for (const [column, values] of columns.entries()) {
    add(`${name} column ${column}`, sum(values), true);
    relations.push(
      addUpTo(
        `${name} column ${column}`,
        values.map((_, row) => `${name} ${row},${column}`),
      ),
    );
  }
  add(`${name} all`, sum(counts.flat()), true);
  relations.push(
    addUpTo(
      `${name} all`,
      counts.map((_, row) => `${name} row ${row}`),
    ),
  );
  relations.push(
    addUpTo(
      `${name} all`,
      columns.map((_, column) => `${name} column ${column}`),
    ),
  );
  return { cells, relations };
}

/** Counts with a long tail, as tables of small places have: from a seed, so that a failure can be repeated. */
export function randomCounts(seed: number, rows: number, columns: number): number[][] {
  let state = seed * 2_654_435_761;
  const next = (): number => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.floor(-Math.log(1 - next()) * 12)),
  );
}
