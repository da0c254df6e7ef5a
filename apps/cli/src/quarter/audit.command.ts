import type { Command } from 'commander';
import { reportingApi, type ReachAnswer } from '../api/reporting.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress } from '../output/progress.js';
import { table } from '../output/table.js';
import { addWhere, quarterEndpoints, type Where } from './quarter-endpoints.js';

interface Options extends Where {
  readonly json?: boolean;
}

/** What the published figures of a quarter give away. Counts are named, never the values that they can have. */
export interface AuditOfQuarter {
  readonly period: string;
  readonly disclosure: string;
  /** Suppressed counts. */
  readonly audited: number;
  readonly counts: readonly {
    readonly count: string;
    /** How many values it can have; null if the solver did not find out. */
    readonly values: number | null;
  }[];
  /** Further counts whose suppression would keep all others of them safe. */
  readonly suppressToo: readonly string[];
  /** Those that no further suppression keeps safe. */
  readonly beyondRemedy: readonly string[];
}

export function addAuditCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('audit')
      .description('looks for suppressed counts that the published figures of a quarter give away together')
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option('--json', 'print one JSON document')
    .action(audit);
}

async function audit(period: string, { json, ...where }: Options): Promise<void> {
  const reporting = reportingApi(quarterEndpoints(where).reporting);
  const closed = await reporting.quarter(period);
  if (closed?.figures == null)
    throw new Failure(
      'no figures of this quarter are published: "kinledger quarter list" shows those that are closed',
    );
  const progress = createProgress(json !== true);
  const bar = progress.bar('audit', 1);
  const found = await audited(closed.figures, servicesOf(await reporting.reach(closed.period))).finally(
    () => {
      bar.update(1, 1);
      progress.stop();
    },
  );
  print(json, found, () => auditText(found));
  if (found.counts.length > 0) process.exitCode = 1;
}

/** The services of the programme, with their strands. */
const servicesOf = ({ strands, otherServices }: ReachAnswer) => [
  ...strands.flatMap(({ strand, services }) => services.map(({ service }) => ({ service, strand }))),
  ...otherServices.map(({ service }) => ({ service, strand: null })),
];

async function audited(
  published: NonNullable<
    NonNullable<Awaited<ReturnType<ReturnType<typeof reportingApi>['quarter']>>>['figures']
  >,
  services: ReturnType<typeof servicesOf>,
): Promise<AuditOfQuarter> {
  // A solver and the figures’ queries: no other command needs them.
  const [{ auditRelease, highsSolver, secondarySuppression }, { releaseOfQuarter }] = await Promise.all([
    import('@kinledger/disclosure'),
    import('@kinledger/figures'),
  ]);
  const { release } = releaseOfQuarter(published, services);
  const solver = await highsSolver();
  const given = auditRelease(solver, release);
  const { suppressed, audit: left } = secondarySuppression(solver, release);
  return {
    ...{ period: published.period, disclosure: published.disclosure, audited: given.audited },
    counts: [
      ...given.narrowed.map(({ cell, feasible }) => ({ count: cell, values: feasible.length })),
      ...given.unknown.map((cell) => ({ count: cell, values: null })),
    ],
    suppressToo: suppressed,
    beyondRemedy: [...left.narrowed.map(({ cell }) => cell), ...left.unknown],
  };
}

export function auditText(found: AuditOfQuarter): string {
  const { counts, suppressToo, beyondRemedy } = found;
  const head = `${found.period}, disclosure control ${found.disclosure}: ${count(found.audited)} suppressed counts.`;
  if (counts.length === 0)
    return `${head}\nEach can have three values or more, whatever else is published here.`;
  const listed = (title: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [title, ...names.map((name) => `  ${name}`)];
  return [
    head,
    `All figures together give away ${count(counts.length)} of them:`,
    table(
      [{ title: 'Count' }, { title: 'Values that it can have', align: 'right' }],
      counts.map(({ count: name, values }) => [name, values === null ? 'not found out' : count(values)]),
    ),
    ...listed(
      'No further suppression keeps these: publish coarser tables, or leave the column out.',
      beyondRemedy,
    ),
    ...listed('The others would be safe if these were suppressed too:', suppressToo),
  ].join('\n');
}
