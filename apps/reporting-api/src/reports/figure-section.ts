import { nameOf, type Figure } from '@kinledger/figures';
import { capitalised, titleOf, wordsOf } from '@kinledger/page-kit/names';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
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
}

/**
 * Any figure as a section: a row for each combination of its dimensions, where null is the row for unknown, and a column
 * for each count.
 */
export function figureSection(
  of: PartOf,
  figure: Figure,
  answer: FigureRowsAnswer,
  { title, denominator, stated = [], shows = () => true }: Presentation,
): ReportSection | undefined {
  const rows = answer.rows.filter((row) => row['scope'] === of.scope && shows(row));
  if (rows.length === 0) return undefined;
  const dimensions = Object.keys(figure.dimensions);
  const columns: readonly Column[] = Object.entries({ ...figure.columns, ...figure.derived })
    // What is cumulative stands in the part about the lifetime.
    .filter(([name]) => of.key === 'lifetime' || !name.startsWith('lifetime'))
    .map(([name, { heading, meaning }]) => ({ name, heading: heading ?? titleOf(spaced(name)), meaning }));
  const shown = rows.slice(0, MAX_ROWS);
  const rest = rows.length - shown.length;
  const first =
    dimensions.length === 0 ? of.label : dimensions.map((name) => wordsOf(spaced(name))).join(', ');
  const groups = Array.from({ length: Math.ceil(columns.length / MAX_COLUMNS) }, (_, index) =>
    columns.slice(index * MAX_COLUMNS, (index + 1) * MAX_COLUMNS),
  );
  return {
    id: `${of.key}-${figure.id}`,
    title,
    tables: groups.map((group) => ({
      caption: captionOf(`${title}, ${of.label}`, groups.length === 1 ? [] : group),
      heads: [capitalised(first), ...group.map(({ heading }) => heading)],
      rows: shown.map((row) => rowOf(row, { dimensions, columns: group, stated, of })),
      definition: `${nameOf(figure)}: ${figure.title}.`,
      n: `${number(rows.length)} ${rows.length === 1 ? 'line' : 'lines'}`,
      denominator,
      ...{ position: answer.position, disclosure: answer.disclosure },
    })),
    notes: [
      columns.map(({ heading, meaning }) => `${heading}: ${meaning}`).join(' '),
      ...(rest === 0 ? [] : [`${number(rest)} more lines stand in the API under ${nameOf(figure)}.`]),
    ],
  };
}

interface Column {
  readonly name: string;
  readonly heading: string;
  readonly meaning: string;
}

/** Names the columns of a table that holds some of them alone. */
function captionOf(caption: string, group: readonly Column[]): string {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return caption;
  return `${caption}: ${first.heading}${last === first ? '' : ` to ${last.heading}`}`;
}

function rowOf(
  row: AnsweredRow,
  {
    dimensions,
    columns,
    stated,
    of: { scopeName },
  }: {
    readonly dimensions: readonly string[];
    readonly columns: readonly Column[];
    readonly stated: readonly string[];
    readonly of: PartOf;
  },
): ReportRow {
  const names = dimensions.map((name) => {
    const value = row[name];
    return typeof value === 'string' || typeof value === 'number' ? wordsOf(String(value)) : 'not known';
  });
  return {
    name: names.length === 0 ? scopeName : capitalised(names.join(', ')),
    cells: columns.map(({ name }) => cellOf(row, name)),
    status: statusOf(
      row,
      columns.map(({ name }) => name).filter((name) => !stated.includes(name)),
    ),
  };
}

/** `newChildren` as “new Children”, for a list of words. */
const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
