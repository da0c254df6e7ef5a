import type { Command } from 'commander';
import { recountsApi, type Reproduction } from '../api/recounts.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress } from '../output/progress.js';
import { table } from '../output/table.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';

interface Options extends Where {
  readonly edition?: number;
  readonly json?: boolean;
}

export function addReproduceCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('reproduce')
      .description(
        'computes a closed quarter again from the ledger, and compares with the figures of the closing',
      )
      .argument('<period>', 'a quarter that is closed, e.g. 2023-24-Q2'),
  )
    .option('--edition <number>', 'which closing of the quarter (default: the latest)', editionAsked)
    .option('--json', 'print one JSON document')
    .action(reproduce);
}

async function reproduce(period: string, { edition, json, ...where }: Options): Promise<void> {
  const recounts = recountsApi(quarterEndpoints(where).projector);
  const progress = createProgress(json !== true);
  const bar = progress.bar('events', 1);
  const reproduction = await recounts
    .reproduce({ period, ...(edition === undefined ? {} : { edition }) }, ({ position, head }) =>
      bar.update(position + 1, head + 1),
    )
    .finally(() => progress.stop());
  print(json, reproduction, () => reproductionText(reproduction));
  if (reproduction.outcome === 'different') {
    throw new Failure('the ledger gives other figures than those of the closing, and no erasure explains it');
  }
}

/** What a reproduction found, in sentences; counts that differ as a table. */
export function reproductionText(found: Reproduction): string {
  const { period, edition, closing, seconds, digest, recountedDigest, changedSince } = found;
  const head = `${period}, edition ${edition}, computed again up to ledger position ${count(closing)} in ${seconds.toFixed(1)} s: ${outcomeOf(found)}`;
  const digests = [`  as closed   ${digest}`, `  recounted   ${recountedDigest}`];
  const changed =
    changedSince.length === 0
      ? []
      : [`The query of ${changedSince.join(', ')} was changed since; its answer is what is compared here.`];
  const lines = [head, ...digests, ...changed, ...keptLines(found)];
  if (found.differences.length === 0) return lines.join('\n');
  return [...lines, '', differencesTable(found)].join('\n');
}

function outcomeOf({ outcome, erasures, kept }: Reproduction): string {
  switch (outcome) {
    case 'identical':
      return 'identical, byte for byte; the full figures are those that the ledger commits to.';
    case 'erased':
      return `${count(erasures.records)} records of ${count(erasures.individuals)} individuals were erased since. The figures of the closing stand; the recount differs by no more than those erasures can have changed.`;
    case 'not-comparable':
      return `the published form is identical; the full figures that are kept ${kept === 'missing' ? 'are missing' : 'are not those that the ledger commits to'}.`;
    case 'different':
      return 'different.';
    default:
      return outcome satisfies never;
  }
}

const keptLines = ({ kept, outcome }: Reproduction): readonly string[] =>
  kept === 'differ' && outcome === 'identical'
    ? [
        'The full figures that are kept beside the ledger were changed: what was computed now is what it commits to.',
      ]
    : [];

const differencesTable = ({ differences }: Reproduction): string =>
  table(
    [
      { title: 'Figure' },
      { title: 'Scope' },
      { title: 'Count' },
      ...['As closed', 'Recounted', 'Difference', 'At most'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    differences.map(({ figure, scope, dimensions, column, before, after, bound }) => [
      ...[figure, [scope, ...dimensions.map((value) => value ?? 'unknown')].join(' '), column],
      ...[count(before), count(after), count(after - before), count(bound)],
    ]),
  );
