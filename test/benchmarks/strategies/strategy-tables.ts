import { MIN_PEOPLE, type Measured } from '@kinledger/linkage-quality';
import {
  dimensions,
  reachKinds,
  type AddedLinks,
  type Dimension,
  type Outcome,
  type ReachErrors,
  type StrategyResult,
} from './compare-strategies.ts';

/** Both strategies on one programme with one set of fields. */
export interface Compared {
  readonly profile: string;
  readonly fields: string;
  readonly leap: StrategyResult;
  readonly kin: StrategyResult;
  readonly added: AddedLinks;
}

const titles: Readonly<Record<Dimension, string>> = {
  dataset: 'Dataset',
  role: 'Role',
  nhsNumber: 'NHS number',
  ethnicity: 'Ethnicity',
  deprivation: 'Deprivation decile (1 is the most deprived)',
  provider: 'Provider',
};

const count = (number: number): string => number.toLocaleString('en-GB', { maximumFractionDigits: 1 });
const percent = (share: number | null, digits = 2): string =>
  share === null || Number.isNaN(share) ? '' : (share * 100).toFixed(digits);

const withInterval = ({ value, interval }: Measured): string =>
  value === null
    ? ''
    : `${percent(value)} (${percent(interval?.low ?? null)}–${percent(interval?.high ?? null)})`;

const errorOf = (reach: ReachErrors | undefined): string[] =>
  reachKinds.map((kind) => {
    const { counted = 0, truth = 0 } = reach?.[kind] ?? {};
    if (truth < MIN_PEOPLE) return '';
    const error = counted / truth - 1;
    return `${error < 0 ? '−' : '+'}${percent(Math.abs(error), 1)}`;
  });

/** A table in Markdown; all but the first column to the right. */
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${columns.join(' | ')} |`,
    `| ${columns.map((_, at) => (at === 0 ? '---' : '--:')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

/** Both strategies overall. */
export function overallTable(compared: readonly Compared[]): string {
  const row = (name: string, { overall }: StrategyResult, gained: string): string[] => [
    name,
    ...[count(overall.linked), count(overall.linked - overall.right), withInterval(overall.precision)],
    ...[withInterval(overall.recall), gained, count(overall.setAside), count(overall.referrals)],
    ...errorOf(overall.reach),
  ];
  return table(
    [
      ...['programme, fields, strategy', 'pairs linked', 'wrong', 'precision, %', 'recall, %', 'gained'],
      ...['set aside', 'referred', 'children', 'adults', 'families'],
    ],
    compared.flatMap(({ profile, fields, leap, kin }) => [
      row(`${profile}, (${fields}), \`leap-1\``, leap, ''),
      row(`${profile}, (${fields}), \`kin-1\``, kin, count(kin.overall.right - leap.overall.right)),
    ]),
  );
}

/** What \`kin-1\` links beyond \`leap-1\`. */
export const addedTable = (compared: readonly Compared[]): string =>
  table(
    ['programme, fields', 'links added', 'wrong', 'precision, %', 'pairs added', 'wrong', 'pairs lost'],
    compared.map(({ profile, fields, added }) => [
      `${profile}, (${fields})`,
      ...[count(added.links), count(added.wrong), withInterval(added.precision)],
      ...[count(added.pairs), count(added.wrongPairs), count(added.lost)],
    ]),
  );

/**
 * For each programme, a table for each dimension. Cells give `leap-1`, then `kin-1` with each set of fields; a name says nothing to
 * `leap-1`, so that it is the same with all.
 */
export function subgroupTables(compared: readonly Compared[]): string {
  return [...Map.groupBy(compared, ({ profile }) => profile)]
    .flatMap(([profile, all]) => [
      `## ${profile === 'hard' ? 'Hard' : 'Normal'} profile`,
      ...dimensions.flatMap((dimension) => dimensionTable(dimension, all)),
    ])
    .join('\n\n');
}

function dimensionTable(dimension: Dimension, all: readonly Compared[]): string[] {
  const sides = [all[0]?.leap, ...all.map(({ kin }) => kin)].filter((side) => side !== undefined);
  const labels = ['`leap-1`', ...all.map(({ fields }) => `(${fields})`)];
  const rows: string[][] = [];
  let few = 0;
  const hasReach = [...(sides[0]?.by[dimension].values() ?? [])].some((found) => found?.reach !== undefined);
  for (const subgroup of sides[0]?.by[dimension].keys() ?? []) {
    const outcomes = sides.map(({ by }) => by[dimension].get(subgroup) ?? null).filter((one) => one !== null);
    if (outcomes.length < sides.length) few += 1;
    else rows.push([subgroup, ...besides(outcomes, hasReach)]);
  }
  return [
    table(
      [
        ...[titles[dimension], 'people', 'rows', 'pairs due', 'linked', 'wrong'],
        ...labels.map((label) => `precision ${label}, %`),
        ...['recall, %', 'gained', 'set aside', 'referred', ...(hasReach ? reachKinds : [])],
      ],
      rows,
    ),
    ...(few === 0 ? [] : [`${few} with fewer than ${MIN_PEOPLE} people: not shown.`]),
  ];
}

/** Each cell has one value of each side, in their order. */
function besides(outcomes: readonly Outcome[], hasReach: boolean): string[] {
  const each = (of: (outcome: Outcome) => string) => {
    const cells = outcomes.map(of);
    return cells.every((cell) => cell === '') ? '' : cells.join(' → ');
  };
  const [first] = outcomes;
  if (first === undefined) return [];
  const errors = outcomes.map(({ reach }) => errorOf(reach));
  return [
    ...[count(first.people), count(first.records), count(first.due)],
    each(({ linked }) => count(linked)),
    each(({ linked, right }) => count(linked - right)),
    ...outcomes.map(({ precision }) => withInterval(precision)),
    each(({ recall }) => percent(recall.value, 1)),
    outcomes
      .slice(1)
      .map(({ right }) => count(right - first.right))
      .join(' → '),
    each(({ setAside }) => count(setAside)),
    each(({ referrals }) => count(referrals)),
    ...(hasReach
      ? reachKinds.map((_, at) => (errors[0]?.[at] ? errors.map((error) => error[at]).join(' → ') : ''))
      : []),
  ];
}
