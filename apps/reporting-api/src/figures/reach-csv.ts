import { stringify } from 'csv-stringify/sync';
import type { FigureAnswer, QuartersAnswer, ReachAnswer, ServiceAnswer } from './reach-answer.js';

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

type Row = readonly (string | number | null)[];

/**
 * Reach as one table: a row for the programme, each strand and each service. For Excel and Power BI. A count that no file
 * stands behind is an empty cell, and `coverage` says why.
 */
export function reachCsv(answer: ReachAnswer): string {
  const line = (place: Row, row: FigureAnswer): Row => [
    answer.period,
    ...place,
    ...figureColumns.map((column) => row[column]),
    answer.position,
    row.coverage,
  ];
  const ofService = (strand: string, service: ServiceAnswer): Row =>
    line(['service', strand, service.service, service.name], service);
  const rows: Row[] = [
    line(['programme', '', '', answer.programme], answer.reach),
    ...answer.strands.flatMap((strand): Row[] => [
      line(['strand', strand.strand, '', strand.name], strand),
      ...strand.services.map((service) => ofService(strand.strand, service)),
    ]),
    ...answer.otherServices.map((service) => ofService('', service)),
  ];
  return stringify(rows, {
    header: true,
    columns: ['period', 'level', 'strand', 'service', 'name', ...headers, 'ledger_position', 'coverage'],
    escape_formulas: true,
  });
}

/** Reach by quarter as one table. */
export const quartersCsv = (answer: QuartersAnswer): string =>
  stringify(
    answer.quarters.map((quarter) => ({
      ...quarter,
      scope: answer.scope,
      ledger_position: answer.position,
      indistinct_people: quarter.indistinct,
      upper_bound: quarter.upperBound,
    })),
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
        'referred',
        'upper_bound',
        'coverage',
      ],
      escape_formulas: true,
    },
  );
