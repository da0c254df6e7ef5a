import { nameOf, type Figure } from '@kinledger/figures';
import type { CategoryChart } from '@kinledger/page-kit';
import { capitalised, titleOf, wordsOf } from '@kinledger/page-kit/names';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import { drawnRows, type DrawnRows } from './drawn-rows.js';
import type { Finding } from './figure-findings.js';
import { linesChart, linesTable, type Lines } from './lines-of-one-row.js';
import type { PartOf } from './reach-sections.js';
import type { ReportRow, ReportSection } from './report.js';
import { number } from './shares.js';
import { cellOf, statusOf } from './statuses.js';

/** A table on a page stays readable; the API has all rows. */
const MAX_ROWS = 60;
/** More columns have no room beside one another, on paper least: they are in a table of their own. */
const MAX_COLUMNS = 4;

/** How a figure is shown in a report. */
export interface Presentation {
  readonly title: string;
  /** What its people or rows are shares of, in words. */
  readonly denominator: string;
  /** Columns that the programme’s definition states: no file stands behind them. */
  readonly stated?: readonly string[];
  /** Rows to show; absent: all. */
  readonly shows?: (row: AnsweredRow) => boolean;
  /** Whether the lifetime has nothing to show of it. */
  readonly isOfPeriod?: boolean;
  /** Head of the first column; absent: the dimensions. */
  readonly head?: string;
  /** Name of a row; absent: the words of its dimensions. */
  readonly names?: (row: AnsweredRow) => string;
  /** Bars of its rows; absent: none. */
  readonly drawn?: DrawnRows;
  /** Of a figure of one row: its columns as lines, which are drawn too. */
  readonly lines?: Lines;
  /** One sentence about the rows; absent: none. */
  readonly finding?: Finding;
  readonly notes?: readonly string[];
  /**
   * What the provider of the service sees of it: what its own rows say, and nothing that follows from what others told of the
   * same people. Absent: nothing.
   */
  readonly own?: {
    /** Columns that follow from what others told. */
    readonly without?: readonly string[];
    /** Rows that its own rows decide; absent: all. */
    readonly rows?: (row: AnsweredRow) => boolean;
  };
}

/** Whether all columns and rows are shown, or those alone that a provider’s own rows say. */
export type Extent = 'everything' | 'own rows';

/**
 * Any figure as a section: a row for each combination of its dimensions, where null is the row for unknown, and a column
 * for each count.
 */
export function figureSection(
  of: PartOf,
  figure: Figure,
  answer: FigureRowsAnswer,
  presentation: Presentation,
  extent: Extent = 'everything',
): ReportSection | undefined {
  const { title, shows = () => true, lines, finding } = presentation;
  const own = extent === 'everything' ? {} : presentation.own;
  if (own === undefined || (presentation.isOfPeriod === true && of.key === 'lifetime')) return undefined;
  const { without = [], rows: isOwn = () => true } = own;
  const rows = answer.rows.filter((row) => row['scope'] === of.scope && shows(row) && isOwn(row));
  const [only] = rows;
  if (only === undefined) return undefined;
  const columns: readonly Column[] = Object.entries({ ...figure.columns, ...figure.derived })
    .filter(([name]) => !without.includes(name))
    // What is cumulative stands in the part about the lifetime.
    .filter(([name]) => of.key === 'lifetime' || !name.startsWith('lifetime'))
    .map(([name, { heading, meaning }]) => ({ name, heading: heading ?? titleOf(spaced(name)), meaning }));
  const about = {
    definition: `${nameOf(figure)}: ${figure.title}.`,
    denominator: presentation.denominator,
    ...{ position: answer.position, disclosure: answer.disclosure },
  };
  const asked = { title, label: of.label, key: of.key };
  const made =
    lines === undefined
      ? tablesOfRows(of, rows, { figure, columns, presentation })
      : linesOf(asked, only, { lines, columns });
  const sentence = finding?.(rows, namer(of, figure, presentation));
  return {
    id: `${of.key}-${figure.id}`,
    title,
    finding: sentence === undefined ? undefined : `${of.scopeName}, ${of.label}: ${sentence}`,
    chart: made.chart,
    tables: made.tables.map((table) => ({ ...table, ...about })),
    notes: [...made.notes, ...(presentation.notes ?? [])],
  };
}

interface Column {
  readonly name: string;
  readonly heading: string;
  readonly meaning: string;
}

interface Made {
  readonly chart: CategoryChart | undefined;
  readonly tables: readonly Pick<ReportSection['tables'][number], 'caption' | 'heads' | 'rows' | 'n'>[];
  readonly notes: readonly string[];
}

/** A row of the table for each row of the figure. */
function tablesOfRows(
  of: PartOf,
  rows: readonly AnsweredRow[],
  {
    figure,
    columns,
    presentation,
  }: {
    readonly figure: Figure;
    readonly columns: readonly Column[];
    readonly presentation: Presentation;
  },
): Made {
  const { title, stated = [], drawn } = presentation;
  const shown = rows.slice(0, MAX_ROWS);
  const rest = rows.length - shown.length;
  const dimensions = Object.keys(figure.dimensions);
  const first =
    presentation.head ??
    (dimensions.length === 0 ? of.label : dimensions.map((name) => wordsOf(spaced(name))).join(', '));
  const groups = Array.from({ length: Math.ceil(columns.length / MAX_COLUMNS) }, (_, index) =>
    columns.slice(index * MAX_COLUMNS, (index + 1) * MAX_COLUMNS),
  );
  const nameOfRow = namer(of, figure, presentation);
  const bars = drawn === undefined ? undefined : drawnRows(shown, nameOfRow, drawn);
  return {
    chart:
      bars === undefined
        ? undefined
        : {
            title: `${title}: ${of.scopeName}, ${of.label}`,
            description: `Bars by ${wordsOf(first).toLowerCase()}. The table that follows holds the same figures.${bars.leftOut}`,
            ...bars,
          },
    tables: groups.map((group) => ({
      caption: captionOf(`${title}, ${of.label}`, groups.length === 1 ? [] : group),
      heads: [capitalised(first), ...group.map(({ heading }) => heading)],
      rows: shown.map((row): ReportRow => ({
        name: nameOfRow(row),
        cells: group.map(({ name }) => cellOf(row, name)),
        status: statusOf(
          row,
          group.map(({ name }) => name).filter((name) => !stated.includes(name)),
        ),
      })),
      n: `${number(rows.length)} ${rows.length === 1 ? 'line' : 'lines'}`,
    })),
    notes: [
      columns.map(({ heading, meaning }) => `${heading}: ${meaning}`).join(' '),
      ...(rest === 0 ? [] : [`${number(rest)} more lines stand in the API under ${nameOf(figure)}.`]),
    ],
  };
}

/** A row of the table for each column of a figure of one row. */
function linesOf(
  of: Pick<PartOf, 'key' | 'label'> & { readonly title: string },
  row: AnsweredRow,
  { lines, columns }: { readonly lines: Lines; readonly columns: readonly Column[] },
): Made {
  const known = columns.map(({ name }) => name);
  return {
    chart: linesChart(of, row, lines, known),
    tables: [linesTable(of, row, lines, columns)],
    notes: [],
  };
}

/** How the rows of a figure are called: by words of their dimensions, where its presentation has no other names. */
const namer =
  ({ scopeName }: PartOf, { dimensions }: Figure, { names }: Presentation) =>
  (row: AnsweredRow): string => {
    if (names !== undefined) return names(row);
    const values = Object.keys(dimensions).map((name) => {
      const value = row[name];
      return typeof value === 'string' || typeof value === 'number' ? wordsOf(String(value)) : 'not known';
    });
    return values.length === 0 ? scopeName : capitalised(values.join(', '));
  };

/** Names the columns of a table that holds some of them alone. */
function captionOf(caption: string, group: readonly Column[]): string {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return caption;
  return `${caption}: ${first.heading}${last === first ? '' : ` to ${last.heading}`}`;
}

/** `newChildren` as “new Children”, for a list of words. */
const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
