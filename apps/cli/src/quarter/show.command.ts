import type { FigureTable } from '@kinledger/contracts';
import type { Command } from 'commander';
import { reportingApi, type ClosedQuarter } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { table } from '../output/table.js';
import { addWhere, quarterEndpoints, type Where } from './quarter-endpoints.js';

interface Options extends Where {
  readonly json?: boolean;
}

export function addShowCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('show')
      .description('the figures of a closed quarter as they were published, after disclosure control')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option('--json', 'print one JSON document')
    .action(show);
}

async function show(period: string, { json, ...where }: Options): Promise<void> {
  const closed = await reportingApi(quarterEndpoints(where).reporting).quarter(period);
  if (closed === undefined)
    throw new Failure('this quarter is not closed: "kinledger quarter list" shows those that are');
  print(json, closed, () => publishedText(closed));
}

/** The published figures as tables, with what a reader needs to quote them. */
export function publishedText({
  period,
  closing,
  closedAt,
  digest,
  figures,
  versions,
}: ClosedQuarter): string {
  const head = `${period}, closed ${closedAt} at ledger position ${count(closing)}; disclosure control ${versions.disclosure}.`;
  if (figures == null) return `${head}\nIts figures are not published yet.`;
  return [
    head,
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
