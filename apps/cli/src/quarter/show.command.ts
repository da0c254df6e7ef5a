import type { FigureTable } from '@kinledger/contracts';
import type { Command } from 'commander';
import { reportingApi, type ClosedQuarter } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { table } from '../output/table.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { auditText, editionName, standingText } from './release-texts.js';

interface Options extends Where {
  readonly edition?: number;
  readonly json?: boolean;
}

export function addShowCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('show')
      .description('the figures of a closed quarter after disclosure control, and whether they are published')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option(
      '--edition <number>',
      'which closing of the quarter (default: the one that is published, else the latest)',
      editionAsked,
    )
    .option('--json', 'print one JSON document')
    .action(show);
}

async function show(period: string, { edition, json, ...where }: Options): Promise<void> {
  const closed = await reportingApi(quarterEndpoints(where).reporting).quarter(period, edition);
  if (closed === undefined)
    throw new Failure(
      'this quarter is not closed, or not in this edition: "kinledger quarter list" shows those that are',
    );
  print(json, closed, () => publishedText(closed));
}

/** The published figures as tables, with what a reader needs to quote them. */
export function publishedText(closed: ClosedQuarter): string {
  const { period, closing, closedAt, digest, figures, versions } = closed;
  const head = `${period}${closed.edition === 1 ? ',' : editionName(closed)} closed ${closedAt} at ledger position ${count(closing)}; disclosure control ${versions.disclosure}; ${standingText(closed)}.`;
  if (figures == null)
    return `${head}\n${closed.publishedAt === null ? 'Its figures are being computed.' : 'Its figures are for the programme’s own team.'}`;
  return [
    ...[head, auditText(closed)],
    `SHA-256 ${digest ?? ''}. [c]: suppressed. Other counts are rounded; totals are rounded apart, and need not add up.`,
    ...figures.figures.flatMap((figure) => ['', figure.figure, tableOf(figure)]),
  ].join('\n');
}

const tableOf = ({ columns, rows }: FigureTable): string =>
  table(
    columns.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
    rows.map((row) =>
      row.map((value) => (value === null ? '[c]' : typeof value === 'number' ? count(value) : value)),
    ),
  );
