import { escaped, htmlDocument, wideTable } from '@kinledger/file-templates';
import { ethnicityCodes } from '@kinledger/programme';
import { count, percent } from '../output/output.js';
import type { DemoReport } from './demo-report.js';
import type { Judged } from './evaluation/judge-reach.js';
import { groupings, type Grouping, type JudgedGroup } from './evaluation/reach-by-group.js';

const kinds = ['children', 'adults', 'families'] as const;

/** Titles of the columns of a figure with its truth, for each kind of reach. */
export const judgedTitles = ['Children', 'Adults', 'Families'].flatMap((kind) => [kind, 'truth', 'error']);

/** The cells below {@link judgedTitles}. */
export const judgedCells = (judged: Readonly<Record<(typeof kinds)[number], Judged>>): readonly string[] =>
  kinds.flatMap((kind) => {
    const { figure, truth, error } = judged[kind];
    return [count(figure), count(truth), error === null ? '' : `${error > 0 ? '+' : ''}${percent(error)}`];
  });

export interface GroupTable {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const titles: Readonly<Record<Grouping, string>> = {
  ethnicity: 'By ethnicity',
  deprivation: 'By deprivation of the home (1 is the most deprived tenth)',
  provider: 'By provider',
};

/** How far reach is from the truth, for each group of people. */
export const reachErrorTables = ({ byGroup }: Pick<DemoReport, 'byGroup'>): readonly GroupTable[] =>
  groupings.map((grouping) => ({
    title: titles[grouping],
    heads: ['Group', ...judgedTitles, 'Missed', 'Counted again'],
    rows: byGroup[grouping].map((entry) => [
      groupName(grouping, entry.group),
      ...judgedCells(entry),
      share(entry.missed, entry),
      share(entry.countedAgain, entry),
    ]),
  }));

const share = (part: number, { reached }: JudgedGroup): string =>
  reached === 0 ? '' : percent(part / reached);

const ethnicities = new Map([
  ...ethnicityCodes['ethnicity-census-2021'].map(({ code, label }) => [code, label] as const),
  ['not-stated', 'not stated'] as const,
]);

function groupName(grouping: Grouping, group: string | null): string {
  if (group === null) return 'not known';
  return grouping === 'ethnicity' ? (ethnicities.get(group) ?? group) : group;
}

/** What the last two columns of {@link reachErrorTables} mean. */
export const shareNote =
  'Missed: the share of the group’s children and adults truly reached whom no figure counts. Counted again: counts beyond the first.';

/** The errors of reach as a page, which anybody can open without the services. */
export function reachErrorPage(report: DemoReport): string {
  const { reach, linkage, size } = report;
  const title = `Reach error, ${reach.label}`;
  const programme = reach.scopes.filter(({ level }) => level === 'programme');
  return htmlDocument(title, [
    `<p>A synthetic programme of ${count(size.people)} people over ${count(size.quarters)} quarters, seed ${escaped(size.seed)}, profile ${size.profile ?? 'normal'}, at ledger position ${count(reach.position)}. Each figure stands beside the number of people truly reached.</p>`,
    wideTable(
      'Overall',
      ['Programme', ...judgedTitles],
      programme.map((scope) => [scope.name, ...judgedCells(scope)]),
    ),
    `<p>Pair by pair, the linkage of ${count(linkage.records)} person records has a precision of ${percent(linkage.precision, 2)} and a recall of ${percent(linkage.recall, 2)}.</p>`,
    '<h2>Whom the figures miss</h2>',
    `<p>A figure counts people in the group that their records say. ${shareNote} A small group’s error says little.</p>`,
    ...reachErrorTables(report).map(({ title: caption, heads, rows }) => wideTable(caption, heads, rows)),
  ]);
}
