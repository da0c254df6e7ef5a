import { coverageName, SUPPRESSED, type Coverage } from '@kinledger/figures';
import type { Cell } from './report.js';

/** The values of a row, as answers give them: null where they are suppressed or not known. */
interface Answered {
  readonly coverage: Coverage;
  readonly suppressed: readonly string[];
}

/** A row of a figure, by column. */
export type Counted = Answered & Readonly<Record<string, unknown>>;

/** The number of a column; null where it is suppressed or not known. */
export function valueOf(row: Counted | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === 'number' ? value : null;
}

/** What a table shows of a column: the number or the word, [c] where it is suppressed, null where it is not known. */
export function cellOf(row: Counted | undefined, name: string): Cell {
  if (row?.suppressed.includes(name) === true) return SUPPRESSED;
  const value = row?.[name];
  // Words such as a rating follow from counts.
  return typeof value === 'string' ? value : valueOf(row, name);
}

/** What stands behind the values of these columns, in words. */
export function statusOf(row: Counted | undefined, names: readonly string[]): string {
  if (row === undefined) return 'Not known';
  const suppressed = names.filter((name) => row.suppressed.includes(name)).length;
  if (suppressed > 0) return suppressed === names.length ? 'Suppressed' : 'Suppressed in part';
  if (row.coverage === 'files-received') return 'Counted';
  const isKnown = names.some((name) => valueOf(row, name) !== null);
  return isKnown
    ? `${coverageName(row.coverage)}; counted from files of other periods`
    : coverageName(row.coverage);
}
