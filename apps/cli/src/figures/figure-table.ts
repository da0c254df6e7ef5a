import { SUPPRESSED } from '@kinledger/figures/columns';
import type { DescribedFigure, FigureRows } from '../api/reporting.js';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import { disclosureText } from './reach-table.js';

/** Turns `childrenThroughCarerOnly` into a column heading: Children through carer only. */
const headOf = (name: string): string => {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const shown = (value: FigureRows['rows'][number][string] | undefined): string =>
  typeof value === 'number' ? count(value) : typeof value === 'string' ? value : '–';

/** The rows of a figure as a table, then the meaning of its columns. */
export function figureTable({ title, columns }: DescribedFigure, answer: FigureRows): string {
  const names = columns.map(({ name }) => name);
  const quarters = answer.rows.some((row) => row['start'] !== null);
  const places = quarters ? ['start', 'scope'] : ['scope'];
  return [
    `${title}, ${answer.label}, at ledger position ${count(answer.position)}`,
    ...disclosureText(answer),
    '',
    table(
      [...places.map((name) => ({ title: headOf(name) })), ...names.map((name) => right(headOf(name)))],
      answer.rows.map((row) =>
        [...places, ...names].map((name) => (row.suppressed.includes(name) ? SUPPRESSED : shown(row[name]))),
      ),
    ),
    '',
    ...columns.map(({ name, meaning }) => `${headOf(name)}: ${meaning}`),
  ].join('\n');
}
