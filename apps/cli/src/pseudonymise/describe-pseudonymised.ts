import type { ReasonToRefuse } from '@kinledger/intake-files';
import type { LeavingColumn } from '@kinledger/pseudonymised-rows';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import type { Pseudonymised } from './pseudonymise-file.js';

/** The result of the command, as JSON. */
export interface PseudonymisedSummary extends Pseudonymised {
  readonly dataset: string;
  readonly period: string;
  /** The file that leaves; null if nothing does. */
  readonly out: string | null;
}

const made: Readonly<Record<LeavingColumn['as'], string>> = {
  digest: 'digest',
  'derived-digests': 'digests of parts',
  coarser: 'coarser: month or area',
  'exact-date': 'exact date',
  number: 'number',
  'yes-or-no': 'yes or no',
  code: 'code',
  'not-permitted': 'empty: not permitted by the agreement',
  empty: 'empty: nothing in the file to make it of',
};

/** Why nothing leaves, and what to do. */
export const whyNothingLeaves: Readonly<Record<ReasonToRefuse, string>> = {
  'day-first-dates':
    'a column said to have the month first has dates that need the day first: leave out --month-first',
  'month-first-dates':
    'a column has dates with the month first: export it with the day first, or name it with --month-first',
  'column-changes': 'a column is written in two ways: export it in one way throughout',
  'date-order-unknown':
    'the dates of a column fit both orders of day and month: name its field with --day-first or --month-first',
  'wrong-period': 'most rows have dates outside the period: check --period',
  'too-many-rejected-rows': 'more rows have errors than the programme takes: correct what is listed',
  'no-usable-row': 'no row is without an error',
};

/** The summary as text: what leaves, and what was found. It holds no value of a row. */
export function describePseudonymised(summary: PseudonymisedSummary): string {
  const { counts, leaving, columns, rules, unknownColumns, out } = summary;
  const stays = counts.read - leaving;
  return [
    out === null
      ? `Nothing leaves of ${count(counts.read)} rows.`
      : `${count(leaving)} of ${count(counts.read)} rows leave (${out}); ${count(stays)} stay: ${count(counts.rejected)} with errors or without consent, ${count(counts.duplicate)} repeated.`,
    ...(unknownColumns > 0
      ? [`${count(unknownColumns)} columns of the file are in no schema and were not read.`]
      : []),
    '',
    'What leaves, column by column',
    table(
      [{ title: 'Column' }, { title: 'Holds' }, right('Filled')],
      columns.map(({ title, as, filled }) => [title, made[as], count(filled)]),
    ),
    ...(rules.length === 0
      ? ['', 'Nothing was found that needs correcting.']
      : [
          '',
          'What was found, by rule',
          table(
            [
              { title: 'Rule' },
              { title: 'In' },
              { title: 'Severity' },
              right('Rows'),
              { title: 'What to do' },
            ],
            rules.map(({ code, of, severity, rows, message, suggestion }) => [
              code,
              of,
              severity,
              count(rows),
              suggestion === '' ? message : suggestion,
            ]),
          ),
        ]),
  ].join('\n');
}
