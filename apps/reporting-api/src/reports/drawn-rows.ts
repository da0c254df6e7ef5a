import { SUPPRESSED } from '@kinledger/figures';
import type { CategoryChart, Series } from '@kinledger/page-kit';
import type { AnsweredRow } from '../figures/figure-rows.js';
import { valueOf } from './statuses.js';

/** A narrow screen has room for no more bars one below the other. */
const MAX_BARS = 12;

/** A column that is drawn, and what the legend calls it. */
type DrawnColumn = readonly [column: string, legend: string];

/** Which columns of a figure’s rows are drawn: a bar for each row, the second column on the first. */
export interface DrawnRows {
  readonly bars: readonly [DrawnColumn] | readonly [DrawnColumn, DrawnColumn];
  readonly mark?: DrawnColumn;
  /** Rows to draw; absent: all that the table shows. */
  readonly only?: (row: AnsweredRow) => boolean;
  /** Which rows are drawn where there are too many: the longest bars, or the last of the table. */
  readonly takes: 'longest' | 'last';
}

type Drawing = Omit<CategoryChart, 'title' | 'description'> & {
  /** What the drawing leaves out, in words; empty if it is nothing. */
  readonly leftOut: string;
};

/** The drawing of a figure’s rows; undefined where there are fewer than two bars, which show nothing that a number does not. */
export function drawnRows(
  rows: readonly AnsweredRow[],
  nameOf: (row: AnsweredRow) => string,
  { bars, mark, only = () => true, takes }: DrawnRows,
): Drawing | undefined {
  const all = rows.filter(only);
  const length = (row: AnsweredRow): number =>
    bars.reduce((sum, [column]) => sum + (valueOf(row, column) ?? 0), 0);
  const drawn =
    takes === 'last'
      ? all.slice(-MAX_BARS)
      : all.toSorted((one, other) => length(other) - length(one)).slice(0, MAX_BARS);
  // In the order of the table, so that the two can be read together.
  const shown = all.filter((row) => drawn.includes(row));
  if (shown.length < 2) return undefined;
  const series = ([column, name]: DrawnColumn): Series => ({
    name,
    values: shown.map((row) => valueOf(row, column)),
  });
  const [first, second] = bars;
  return {
    categories: shown.map(nameOf),
    bars: second === undefined ? [series(first)] : [series(first), series(second)],
    ...(mark === undefined ? {} : { marks: series(mark) }),
    unknown: shown.map(({ suppressed }) =>
      bars.some(([column]) => suppressed.includes(column)) ? SUPPRESSED : 'Not known',
    ),
    order: 'list',
    leftOut:
      all.length === shown.length
        ? ''
        : ` It draws ${takes === 'last' ? 'the last' : 'the longest'} ${shown.length} of ${all.length} bars.`,
  };
}
