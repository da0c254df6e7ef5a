import type { DescribedFigure, FigureRows } from '../api/reporting.js';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';

/** Turns `childrenThroughCarerOnly` into a column heading: Children through carer only. */
const headOf = (name: string): string => {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const shown = (value: string | number | null | undefined): string =>
  value === null || value === undefined ? '–' : typeof value === 'number' ? count(value) : value;

/** The rows of a figure as a table, then the meaning of its columns. */
export function figureTable({ title, columns }: DescribedFigure, answer: FigureRows): string {
  const names = columns.map(({ name }) => name);
  const quarters = answer.rows.some((row) => row['start'] !== null);
  const places = quarters ? ['start', 'scope'] : ['scope'];
  return [
    `${title}, ${answer.label}, at ledger position ${count(answer.position)}`,
    '',
    table(
      [...places.map((name) => ({ title: headOf(name) })), ...names.map((name) => right(headOf(name)))],
      answer.rows.map((row) => [...places, ...names].map((name) => shown(row[name]))),
    ),
    '',
    ...columns.map(({ name, meaning }) => `${headOf(name)}: ${meaning}`),
  ].join('\n');
}
