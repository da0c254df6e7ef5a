import { SUPPRESSED } from '@kinledger/figures';
import type { CategoryChart } from '@kinledger/page-kit';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportTable } from './report.js';
import { cellOf, statusOf, valueOf } from './statuses.js';

/** A line of a table about a figure of one row. */
interface Line {
  readonly name: string;
  /** A column for each head that has values. */
  readonly columns: readonly string[];
  /** Whether the line is drawn: lines in one unit are. */
  readonly isDrawn: boolean;
}

/** A figure of one row, with its columns as lines: many columns beside one another have no room, and mean little. */
export interface Lines {
  /** Of the first column, and of the values. */
  readonly heads: readonly string[];
  readonly lines: readonly Line[];
  /** What is asked for and no file says, with the reason. */
  readonly unrecorded?: readonly { readonly name: string; readonly why: string }[];
}

type Asked = Pick<PartOf, 'key' | 'label'> & { readonly title: string };

/** Lines that this part has: what is cumulative stands in the part about the lifetime, and a provider lacks some columns. */
const told = ({ lines }: Lines, known: readonly string[]): readonly Line[] =>
  lines.filter(({ columns }) => columns.every((column) => known.includes(column)));

export function linesTable(
  { title, label }: Asked,
  row: AnsweredRow,
  lines: Lines,
  columns: readonly { readonly name: string; readonly meaning: string }[],
): Pick<ReportTable, 'caption' | 'heads' | 'rows' | 'n'> {
  const shown = told(
    lines,
    columns.map(({ name }) => name),
  );
  const isPlain = lines.heads.length === 2;
  const meaningOf = (name: string | undefined): string =>
    columns.find((column) => column.name === name)?.meaning ?? '';
  return {
    caption: `${title}, ${label}`,
    heads: [...lines.heads, ...(isPlain ? ['What is counted'] : [])],
    rows: [
      ...(lines.unrecorded ?? []).map(({ name, why }): ReportRow => ({
        name,
        cells: [null, why],
        status: 'Not known',
      })),
      ...shown.map((line) => ({
        name: line.name,
        cells: [
          ...line.columns.map((column) => cellOf(row, column)),
          ...(isPlain ? [meaningOf(line.columns[0])] : []),
        ],
        status: statusOf(row, line.columns),
      })),
    ],
    n: `${shown.length} lines`,
  };
}

export function linesChart(
  { title, label }: Asked,
  row: AnsweredRow,
  lines: Lines,
  known: readonly string[],
): CategoryChart | undefined {
  const drawn = told(lines, known).filter(({ isDrawn }) => isDrawn);
  if (drawn.length < 2) return undefined;
  const series = (place: number) => ({
    name: lines.heads[place + 1] ?? '',
    values: drawn.map(({ columns }) => valueOf(row, columns[place] ?? '')),
  });
  return {
    title: `${title}, ${label}`,
    description: 'A bar for each line. The table that follows holds the same figures.',
    categories: drawn.map(({ name }) => name),
    bars: lines.heads.length === 2 ? [series(0)] : [series(0), series(1)],
    unknown: drawn.map(({ columns }) =>
      columns.some((column) => row.suppressed.includes(column)) ? SUPPRESSED : 'Not known',
    ),
    order: 'list',
  };
}
