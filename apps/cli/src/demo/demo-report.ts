import type { LinkageQuality } from '@kinledger/linkage-quality';
import { count } from '../output/output.js';
import { right, table } from '../output/table.js';
import type { ReachExplained } from './evaluation/explain-reach.js';
import type { DatasetRows } from '../api/reporting.js';
import { measuredText } from '../quality/describe-quality.js';
import type { DemoSize } from './demo-folder.js';
import type { JudgedReach } from './evaluation/judge-reach.js';
import type { ReachByGroup } from './evaluation/reach-by-group.js';
import { judgedCells, judgedTitles, reachErrorTables, shareNote } from './reach-error.js';

/** The result of a demo, as JSON. */
export interface DemoReport {
  readonly size: DemoSize;
  readonly files: number;
  readonly refused: readonly {
    readonly dataset: string;
    readonly period: string;
    readonly reason: string | null;
  }[];
  readonly rows: number;
  /** Seconds from the upload of the first file to the figures with the last; null if the data was already loaded. */
  readonly seconds: number | null;
  readonly rowsPerSecond: number | null;
  readonly datasets: readonly DatasetRows[];
  readonly linkage: LinkageQuality & { readonly precision: number; readonly recall: number };
  readonly reach: JudgedReach;
  readonly explained: ReachExplained;
  readonly byGroup: ReachByGroup;
  /** File of the page of reach errors. */
  readonly reachErrorPage: string;
  readonly pages: string;
}

const kinds = ['children', 'adults', 'families'] as const;

/** The report as text: every figure with the truth and the error beside it. */
export function demoReport(report: DemoReport): string {
  const { reach, linkage } = report;
  const indent = { programme: '', strand: '  ', service: '    ' };
  const columns = [{ title: '' }, ...judgedTitles.map(right), right('Unlinkable')];
  const rows = reach.scopes.map((scope) => [
    `${indent[scope.level]}${scope.name}`,
    ...judgedCells(scope),
    count(scope.unlinkable),
  ]);
  const removed = reach.doubleCountingRemoved;
  const truly = reach.trueDoubleCounting;
  return [
    `Unique reach, ${reach.label}, at ledger position ${count(reach.position)}`,
    '',
    table(columns, rows),
    '',
    'From the truth to the figure',
    table(
      ['', 'Children', 'Adults', 'Families'].map((title) => (title === '' ? { title } : right(title))),
      explanation(report.explained),
    ),
    '',
    'Double counting removed (services added up, less the programme):',
    `  ${count(removed.children)} children (truth ${count(truly.children)}), ${count(removed.adults)} adults (${count(truly.adults)}), ${count(removed.families)} families (${count(truly.families)})`,
    '',
    'Reach error by group',
    ...reachErrorTables(report).flatMap(({ title, heads, rows: groups }) => [
      title,
      table(
        heads.map((head, index) => (index === 0 ? { title: head } : right(head))),
        groups,
      ),
      '',
    ]),
    shareNote,
    '',
    `Linkage of ${count(linkage.records)} person records of ${count(linkage.people)} people${report.size.strategy === undefined ? '' : ` under ${report.size.strategy}`}, pair by pair, with 95 % intervals`,
    `  precision ${measuredText(linkage.measures.precision)}: ${count(linkage.falsePositives)} of ${count(linkage.truePositives + linkage.falsePositives)} pairs wrong`,
    `  recall    ${measuredText(linkage.measures.recall)}: ${count(linkage.falseNegatives)} of ${count(linkage.truePositives + linkage.falseNegatives)} pairs missed; ${count(linkage.setAside)} records without a usable identifier`,
    '',
    'Rows by dataset, and what became of them',
    datasetTable(report.datasets),
    '',
    loadLine(report),
    ...report.refused.map(
      (file) => `  refused: ${file.dataset} ${file.period} (${file.reason ?? 'no reason given'})`,
    ),
    `Reach error as a page: ${report.reachErrorPage}`,
    `Reports: ${report.pages}`,
  ].join('\n');
}

const datasetCounts = [
  ...(['read', 'accepted', 'warned', 'rejected', 'linked', 'unlinkable', 'referred'] as const),
];

function datasetTable(datasets: readonly DatasetRows[]): string {
  const total = (name: (typeof datasetCounts)[number]) => datasets.reduce((sum, row) => sum + row[name], 0);
  return table(
    [{ title: 'Dataset' }, ...datasetCounts.map(right)],
    [
      ...datasets.map((row) => [row.dataset, ...datasetCounts.map((name) => count(row[name]))]),
      ['all', ...datasetCounts.map((name) => count(total(name)))],
    ],
  );
}

/** One line per step from the truth to the figure; the steps add up. */
function explanation(explained: ReachExplained): string[][] {
  const line = (title: string, of: (account: ReachExplained['children']) => string): string[] => [
    title,
    ...kinds.map((kind) => of(explained[kind])),
  ];
  const step = (title: string, of: (account: ReachExplained['children']) => number): string[] =>
    line(title, (account) => signed(of(account)));
  return [
    line('Truly reached', ({ truth }) => count(truth)),
    step('  no row got through intake', ({ missed }) => -missed.refused),
    step('  only rows without a usable identifier', ({ missed }) => -missed.unlinkable),
    step('  only rows that wait for review', ({ missed }) => -missed.referred),
    step('  only rows of another role, or of unknown family', ({ missed }) => -missed.elsewhere),
    step('  counted again: rows not linked', ({ countedAgain }) => countedAgain),
    step('  joined: rows linked to another’s', ({ joined }) => -joined),
    step('  counted and not truly reached', ({ beyondTruth }) => beyondTruth),
    line('Figure', ({ figure }) => count(figure)),
  ];
}

const signed = (difference: number): string =>
  difference === 0 ? '0' : `${difference > 0 ? '+' : '−'}${count(Math.abs(difference))}`;

const loadLine = ({ rows, files, seconds, rowsPerSecond }: DemoReport): string =>
  `${count(rows)} rows in ${count(files)} files${
    seconds === null || rowsPerSecond === null
      ? ', loaded before'
      : `, file in to figures out in ${seconds.toFixed(1)} s: ${count(Math.round(rowsPerSecond))} rows a second`
  }`;
