import { stringify } from 'csv-stringify/sync';
import type { QuartersAnswer, ReachAnswer } from './reach-answer.js';

const figureColumns = [
  'children',
  'adults',
  'families',
  'individuals',
  'childrenThroughCarerOnly',
  'workforce',
  'unlinkable',
  'referred',
  'indistinct',
  'upperBound',
  'anonymous',
  'byBirthDateAlone',
] as const;

const headers = [
  'children',
  'adults',
  'families',
  'individuals',
  'children_through_carer_only',
  'workforce',
  'unlinkable_rows',
  'referred_rows',
  'indistinct_people',
  'upper_bound',
  'anonymous_rows',
  'by_birth_date_alone',
];

type Row = readonly (string | number)[];

/** Reach as one table: a row for the programme, each strand and each service. For Excel and Power BI. */
export function reachCsv(answer: ReachAnswer): string {
  const figures = (row: ReachAnswer['reach']): Row => figureColumns.map((column) => row[column]);
  const rows: Row[] = [
    ['programme', '', '', answer.programme, ...figures(answer.reach)],
    ...answer.strands.flatMap((strand): Row[] => [
      ['strand', strand.strand, '', strand.name, ...figures(strand)],
      ...strand.services.map((service): Row => [
        'service',
        strand.strand,
        service.service,
        service.name,
        ...figures(service),
      ]),
    ]),
    ...answer.otherServices.map((service): Row => [
      'service',
      '',
      service.service,
      service.name,
      ...figures(service),
    ]),
  ];
  return stringify(
    rows.map((row) => [answer.period, ...row, answer.position]),
    {
      header: true,
      columns: ['period', 'level', 'strand', 'service', 'name', ...headers, 'ledger_position'],
      escape_formulas: true,
    },
  );
}

/** Reach by quarter as one table. */
export const quartersCsv = (answer: QuartersAnswer): string =>
  stringify(
    answer.quarters.map((quarter) => ({ ...quarter, scope: answer.scope, ledger_position: answer.position })),
    {
      header: true,
      columns: [
        'scope',
        'period',
        'children',
        'adults',
        'families',
        'individuals',
        'unlinkable',
        'ledger_position',
      ],
      escape_formulas: true,
    },
  );
