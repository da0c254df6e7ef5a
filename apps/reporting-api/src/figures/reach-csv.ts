import { columnNames, csvHeadOf, reachColumns, SUPPRESSED } from '@kinledger/figures';
import { stringify } from 'csv-stringify/sync';
import {
  quarterColumns,
  type FigureAnswer,
  type QuartersAnswer,
  type ReachAnswer,
  type ServiceAnswer,
} from './reach-answer.js';

const columns = columnNames(reachColumns);

type Row = readonly (string | number | null)[];

/**
 * Reach as CSV for Excel and Power BI: a row for the programme, each strand and each service. An unknown count is an
 * empty cell, and `coverage` says why.
 */
export function reachCsv(answer: ReachAnswer): string {
  const line = (place: Row, row: FigureAnswer): Row => [
    answer.period,
    ...place,
    ...columns.map((column) => (row.suppressed.includes(column) ? SUPPRESSED : row[column])),
    ...[answer.position, row.coverage, answer.disclosure],
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
    columns: [
      ...['period', 'level', 'strand', 'service', 'name'],
      ...columns.map((column) => csvHeadOf(column, reachColumns[column])),
      ...['ledger_position', 'coverage', 'disclosure'],
    ],
    escape_formulas: true,
  });
}

/** Reach by quarter as CSV: a row for each quarter. */
export const quartersCsv = ({ scope, position, disclosure, quarters }: QuartersAnswer): string =>
  stringify(
    quarters.map((quarter): Row => [
      ...[scope, quarter.period],
      ...quarterColumns.map((column) => (quarter.suppressed.includes(column) ? SUPPRESSED : quarter[column])),
      ...[position, quarter.coverage, disclosure],
    ]),
    {
      header: true,
      columns: [
        ...['scope', 'period'],
        ...quarterColumns.map((column) => csvHeadOf(column, reachColumns[column])),
        ...['ledger_position', 'coverage', 'disclosure'],
      ],
      escape_formulas: true,
    },
  );
