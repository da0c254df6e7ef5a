import { causeNames, causes } from '@kinledger/figures/causes';
import { InvalidArgumentError, type Command } from 'commander';
import { recountsApi, type ChangedCell, type Restatement } from '../api/recounts.js';
import { AFTER_DISCLOSURE_CONTROL } from '../output/disclosed.js';
import { count, print } from '../output/output.js';
import { createProgress } from '../output/progress.js';
import { table } from '../output/table.js';
import { addWhere, editionAsked, quarterEndpoints, type Where } from './quarter-endpoints.js';

interface Options extends Where {
  readonly edition?: number;
  readonly then?: number;
  readonly now?: number;
  readonly scope: string;
  readonly shown?: boolean;
  readonly json?: boolean;
}

export function addCompareCommand(quarter: Command): void {
  addWhere(
    quarter
      .command('compare')
      .description('says what changed the figures of a quarter since it closed, cause by cause, exactly')
      .argument('<period>', 'a financial quarter, e.g. 2023-24-Q2'),
  )
    .option('--then <position>', 'the earlier ledger position (default: that of the closing)', position)
    .option('--now <position>', 'the later ledger position (default: the ledger’s end)', position)
    .option('--scope <scope>', 'programme, strand:<strand>, service:<service>, or all', 'programme')
    .option('--shown', AFTER_DISCLOSURE_CONTROL)
    .option(
      '--edition <number>',
      'which closing of the quarter (default: the one that is published, else the latest)',
      editionAsked,
    )
    .option('--json', 'print one JSON document')
    .action(compare);
}

function position(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('expected a ledger position, a whole number from 0');
  return Number(text);
}

async function compare(
  period: string,
  { edition, then, now, scope, shown = false, json, ...where }: Options,
): Promise<void> {
  const recounts = recountsApi(quarterEndpoints(where).projector);
  const progress = createProgress(json !== true);
  const bar = progress.bar('events', 1);
  const restatement = await recounts
    .compare({ period, ...(edition === undefined ? {} : { edition }), then, now }, ({ position: at, head }) =>
      bar.update(at + 1, head + 1),
    )
    .finally(() => progress.stop());
  const { cells, shown: shownCells, ...head } = restatement;
  const document = shown ? { ...head, shown: shownCells } : { ...head, cells };
  print(json, document, () => restatementText(restatement, scope, shown));
}

/** A restatement as a table: one line a count, one column a cause that changed anything. */
export function restatementText(restatement: Restatement, scope: string, shown: boolean): string {
  const { period, edition, then, now, basis } = restatement;
  const all: readonly ChangedCell[] = shown ? restatement.shown : restatement.cells;
  const cells = all.filter((cell) => scope === 'all' || cell.scope === scope);
  const from = basis === 'published' ? `as edition ${edition ?? 1} closed` : 'counted again';
  const head = `${period} from ledger position ${count(then)} (${from}) to ${count(now)}.`;
  if (cells.length === 0) return `${head}\nNothing changed.`;
  const used = causes.filter((cause) => cells.some(({ changes }) => cause in changes));
  const lines = cells.map(({ figure, scope: its, dimensions, column, then: before, now: after, changes }) => [
    ...[figure, [its, ...dimensions.map((value) => value ?? 'unknown')].join(' '), column],
    ...[
      number(before),
      ...used.map((cause) => (cause in changes ? signed(changes[cause] ?? null) : '')),
      number(after),
    ],
  ]);
  const titles = ['Then', ...used.map((cause) => causeNames[cause]), 'Now'];
  const note = shown
    ? `[c]: suppressed. Each number is rounded by itself, so that they need not add up. This is ${AFTER_DISCLOSURE_CONTROL}.`
    : `Exact counts: for the programme’s own team. --shown gives what is left ${AFTER_DISCLOSURE_CONTROL}.`;
  return [
    head,
    table(
      [
        ...['Figure', 'Scope', 'Count'].map((title) => ({ title })),
        ...titles.map((title) => ({ title, align: 'right' as const })),
      ],
      lines,
    ),
    note,
  ].join('\n');
}

const number = (value: number | null): string => (value === null ? '[c]' : count(value));
const signed = (value: number | null): string =>
  value !== null && value > 0 ? `+${count(value)}` : number(value);
