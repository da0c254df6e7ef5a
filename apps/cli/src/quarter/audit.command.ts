import type { Command } from 'commander';
import { reportingApi } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { table } from '../output/table.js';
import type { AuditOfQuarter } from './audit-quarter.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';

interface Options extends Where {
  readonly edition?: number;
  readonly json?: boolean;
}

export function addAuditCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('audit')
      .description('looks for suppressed counts that the published figures of a quarter give away together')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option(
      '--edition <number>',
      'which closing of the quarter (default: the one that is published, else the latest)',
      editionAsked,
    )
    .option('--json', 'print one JSON document')
    .action(audit);
}

async function audit(period: string, { edition, json, ...where }: Options): Promise<void> {
  const closed = await reportingApi(quarterEndpoints(where).reporting).quarter(period, edition);
  if (closed?.figures == null)
    throw new Failure(
      'no figures of this quarter are computed: "kinledger quarter list" shows those that are closed',
    );
  if (closed.services == null)
    throw new Failure(
      'the programme’s definition has changed since the quarter closed, so that it is not known which services made up a ' +
        'strand: restore a backup of that time elsewhere, and audit the quarter there',
    );
  // A solver, and the figures’ queries: no other command needs them.
  const { auditQuarter } = await import('./audit-quarter.js');
  const found = await auditQuarter(closed.figures, closed.services);
  print(json, found, () => auditText(found));
  if (found.counts.length > 0) process.exitCode = 1;
}

export function auditText(found: AuditOfQuarter): string {
  const { counts, suppressToo, beyondRemedy, inOneRow } = found;
  const head = `${found.period}, disclosure control ${found.disclosure}: ${count(found.audited)} suppressed counts.`;
  const groups = listed(
    'Of these groups all are in one row of the table, which says something of each member whom a reader knows:',
    inOneRow,
  );
  if (counts.length === 0)
    return [head, 'Each can have three values or more, whatever else is published here.', ...groups].join(
      '\n',
    );
  const givenAway = counts.filter(({ values }) => values !== null).length;
  const open = counts.length - givenAway;
  const openText = open === 0 ? '' : `, and of ${count(open)} more it was not found out`;
  return [
    head,
    `All figures together give away ${count(givenAway)} of them${openText}:`,
    table(
      [{ title: 'Count' }, { title: 'Values that it can have', align: 'right' }],
      counts.map(({ count: name, values }) => [name, values === null ? 'not found out' : count(values)]),
    ),
    ...listed(
      'No further suppression keeps these: publish coarser tables, or leave the column out.',
      beyondRemedy,
    ),
    ...listed('The others would be safe if these were suppressed too:', suppressToo),
    ...groups,
  ].join('\n');
}

const listed = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [title, ...names.map((name) => `  ${name}`)];
