import type { Counted, Value } from './recount.ts';

const dimensions = new Set([
  ...['scope', 'decile', 'area', 'edition', 'priority', 'rule', 'characteristic', 'value', 'services', 'one'],
  ...['other', 'entry', 'next', 'band', 'minimum', 'intended', 'population', 'kind', 'question'],
  ...['respondent', 'role', 'category', 'item', 'unit', 'targetPeriod', 'of', 'domain', 'outcome'],
  ...['instrument', 'measure', 'group'],
]);
/** Members of an answer that count nothing. */
const beside = new Set(['start', 'coverage', 'suppressed']);

export interface Difference {
  readonly row: string;
  readonly column: string;
  readonly answered: Value;
  readonly recounted: Value;
}

export interface Comparison {
  readonly cells: number;
  readonly differences: readonly Difference[];
  /** Cells without a number, because no file covers them. */
  readonly unknown: number;
}

const keyOf = (row: Counted): string =>
  JSON.stringify(
    Object.entries(row)
      .filter(([name]) => dimensions.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * Compares every cell of an answer with the recount. Counts must be equal; a mean, a share or the end of an interval may
 * differ by one in its last digit, where the two computations round a tie.
 */
export function compare(answered: readonly Counted[], recounted: readonly Counted[]): Comparison {
  const known = new Map(recounted.map((row) => [keyOf(row), row]));
  const differences: Difference[] = [];
  let cells = 0;
  let unknown = 0;
  for (const row of answered) {
    const key = keyOf(row);
    const mine = known.get(key);
    known.delete(key);
    if (row['coverage'] !== undefined && row['coverage'] !== 'files-received' && hasNoNumber(row)) {
      unknown += Object.keys(row).filter(isCell).length;
      // A number that no file covers is unknown, not left out: the recount has none either.
      differences.push(...counted(key, mine));
      continue;
    }
    for (const [column, value] of Object.entries(row)) {
      if (!isCell(column)) continue;
      cells += 1;
      // A scope without anything to count has no row in the recount.
      const other = mine === undefined ? (typeof value === 'number' ? 0 : null) : (mine[column] ?? null);
      if (!isEqual(value, other)) differences.push({ row: key, column, answered: value, recounted: other });
    }
  }
  for (const [key, row] of known) differences.push(...counted(key, row));
  return { cells, differences, unknown };
}

/** What a recount has where the answer has no number. */
const counted = (key: string, row: Counted = {}): readonly Difference[] =>
  Object.entries(row).flatMap(([column, value]) =>
    isCell(column) && typeof value === 'number' && value !== 0
      ? [{ row: key, column, answered: null, recounted: value }]
      : [],
  );

const isCell = (column: string): boolean => !dimensions.has(column) && !beside.has(column);

const hasNoNumber = (row: Counted): boolean =>
  Object.entries(row).every(([name, value]) => !isCell(name) || typeof value !== 'number');

function isEqual(one: Value, other: Value): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other;
  if (Number.isInteger(one) && Number.isInteger(other) && Math.abs(one - other) >= 1) return false;
  const digits = Math.max(decimalsOf(one), decimalsOf(other));
  return Math.abs(one - other) <= (digits === 0 ? 0 : 1.01 * 10 ** -digits);
}

const decimalsOf = (value: number): number => String(value).split('.')[1]?.length ?? 0;
