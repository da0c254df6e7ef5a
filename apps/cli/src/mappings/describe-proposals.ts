import type { ColumnProposal, UnmatchedField } from '../api/mappings.js';
import { count } from '../output/output.js';
import { shellWord } from '../output/shell-word.js';

/** The columns that may hold a field, each with the option that confirms it. */
export const describeColumns = (proposals: readonly ColumnProposal[]): readonly string[] =>
  proposals.flatMap(({ field, title, needed, candidates, proposed }) => [
    `  ${title}${needed ? ' (needed)' : ''}: ${proposed === null && candidates.length > 1 ? 'one of these?' : 'is it this?'}`,
    ...candidates.flatMap(({ column, columnTitle, score, reason, samples }) => [
      `    column ${column}, "${columnTitle}" (${score.toFixed(2)}: ${reason})${samples.length === 0 ? '' : `, such as ${samples.map((value) => `"${value}"`).join(', ')}`}`,
      `      --map ${shellWord(`${columnTitle}=${field}`)}`,
    ]),
  ]);

/** The values without a code, each with the option that gives it the code that it resembles. */
export const describeValues = (fields: readonly UnmatchedField[]): readonly string[] =>
  fields.flatMap(({ field, title, codes, values, otherRows }) => [
    `  ${title}: values that are not listed (codes: ${codes.join(', ')})`,
    ...values
      .slice(0, LISTED)
      .flatMap(({ value, rows, proposed }) => [
        `    "${value}" in ${inRows(rows)}${proposed === null ? '' : `: perhaps ${proposed.code} (${proposed.score.toFixed(2)}: ${proposed.reason})`}`,
        `      --map-value ${shellWord(`${field}:${value}=${proposed?.code ?? 'CODE'}`)}`,
      ]),
    ...remainder(otherRows + values.slice(LISTED).reduce((sum, { rows }) => sum + rows, 0)),
  ]);

const LISTED = 20;

const remainder = (rows: number): readonly string[] =>
  rows === 0 ? [] : [`    other values in ${inRows(rows)}`];

const inRows = (rows: number): string => (rows === 1 ? '1 row' : `${count(rows)} rows`);
