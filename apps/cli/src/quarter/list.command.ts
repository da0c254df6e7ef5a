import type { Command } from 'commander';
import { reportingApi, type ClosedQuarter } from '../api/reporting.js';
import { count, print } from '../output/output.js';
import { table } from '../output/table.js';
import { addWhere, quarterEndpoints, type Where } from './quarter-endpoints.js';
import { standingText } from './release-texts.js';

interface Options extends Where {
  readonly json?: boolean;
}

export function addListCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('list')
      .description(
        'the quarters that are closed, in every edition: when, by whom, and what is published of them',
      ),
  )
    .option('--json', 'print one JSON document')
    .action(list);
}

async function list({ json, ...where }: Options): Promise<void> {
  const quarters = await reportingApi(quarterEndpoints(where).reporting).quarters();
  print(json, { quarters }, () => quartersTable(quarters));
}

const columns = [
  { title: 'Quarter' },
  { title: 'Edition', align: 'right' as const },
  { title: 'Closed' },
  { title: 'By' },
  { title: 'Reason' },
  { title: 'At position', align: 'right' as const },
  { title: 'Computed at', align: 'right' as const },
  { title: 'Release' },
  { title: 'Figures' },
];

/** One line an edition of a quarter, latest first. */
export function quartersTable(quarters: readonly ClosedQuarter[]): string {
  if (quarters.length === 0) return 'No quarter is closed.';
  return table(
    columns,
    quarters.map(
      ({ period, edition, closedAt, closedBy, reason, closing, publishedAt, versions, ...rest }) => [
        ...[period, count(edition), closedAt, closedBy, reason, count(closing)],
        publishedAt === null ? 'not yet' : count(publishedAt),
        standingText({ publishedAt, ...rest }),
        [...versions.figures.map(({ figure }) => figure), versions.disclosure].join(', '),
      ],
    ),
  );
}
