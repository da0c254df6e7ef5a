import {
  measureNames,
  MIN_PEOPLE,
  type LinkageQuality,
  type Measured,
  type MeasureName,
  type SubgroupQuality,
} from '@kinledger/linkage-quality';
import { count, percent } from '../output/output.js';
import { right, table } from '../output/table.js';
import { reachKinds, type BoundedReach, type ReachKind } from './bounded-reach.js';
import { dimensions, dimensionTitles, type BySubgroup } from './subgroups.js';
import type { TrueQuality } from './true-quality.js';

const measureTitles: Readonly<Record<MeasureName, string>> = {
  precision: 'pairwise precision',
  recall: 'pairwise recall',
  f1: 'pairwise F1',
  bCubedPrecision: 'B-cubed precision',
  bCubedRecall: 'B-cubed recall',
  bCubedF1: 'B-cubed F1',
  excessIndividuals: 'individuals beyond people',
  falseLinks: 'wrong links, of those made',
  missedLinks: 'missing links, of those due',
};

/** 99.98 % (99.95–100.00 %). */
export function measuredText({ value, interval }: Measured): string {
  if (value === null) return 'unknown';
  const number = (share: number) => (share * 100).toFixed(2);
  const range = interval === null ? '' : ` (${number(interval.low)} to ${number(interval.high)})`;
  return `${percent(value, 2)}${range}`;
}

/** What `quality --truth` found, for people. */
export function describeTrueQuality({ linkage, subgroups, period, reach }: TrueQuality): string {
  return [
    ...describeLinkage(linkage),
    '',
    ...describeSubgroups(subgroups),
    `Reach of ${period}, between its bounds`,
    boundsTable(
      reach,
      [right('Truth, of accepted rows'), right('Truth'), { title: 'Between the bounds' }],
      (kind) => {
        const { truth, reached, holds } = reach[kind];
        return [count(truth), count(reached), holds ? 'yes' : 'no'];
      },
    ),
  ].join('\n');
}

function describeLinkage(linkage: LinkageQuality): string[] {
  const { records, people, individuals, setAside } = linkage;
  return [
    `Linkage of ${count(records)} person records of ${count(people)} people into ${count(individuals)} individuals`,
    `(${count(setAside)} records without a usable identifier), with 95 % intervals`,
    table(
      [{ title: '' }, right('')],
      measureNames.map((name) => [`  ${measureTitles[name]}`, measuredText(linkage.measures[name])]),
    ),
  ];
}

const shown: readonly MeasureName[] = ['precision', 'recall', 'bCubedF1', 'excessIndividuals'];

/** A table for each dimension. */
export function describeSubgroups(subgroups: BySubgroup): string[] {
  return dimensions.flatMap((dimension) => {
    const [few, enough] = divide(subgroups[dimension], ({ people }) => people === null);
    return [
      dimensionTitles[dimension],
      table(
        [
          { title: '' },
          right('People'),
          right('Records'),
          ...shown.map((name) => right(measureTitles[name])),
        ],
        enough.map(({ subgroup, people, records, measures }) => [
          `  ${subgroup}`,
          count(people ?? 0),
          count(records ?? 0),
          ...shown.map((name) => (measures === null ? '' : measuredText(measures[name]))),
        ]),
      ),
      ...(few.length === 0 ? [] : [`  ${few.length} with fewer than ${MIN_PEOPLE} people: not shown`]),
      '',
    ];
  });
}

function divide(
  all: readonly SubgroupQuality[],
  isOne: (one: SubgroupQuality) => boolean,
): [readonly SubgroupQuality[], readonly SubgroupQuality[]] {
  return [all.filter(isOne), all.filter((one) => !isOne(one))];
}

/** Each figure with its bounds, and columns of one's own. */
export function boundsTable<Kind extends ReachKind>(
  reach: BoundedReach<Kind>,
  columns: Parameters<typeof table>[0] = [],
  cells: (kind: Kind) => readonly string[] = () => [],
): string {
  const titles = ['Figure', 'At least', 'At most', 'Cases', 'Unlinkable', 'Referred'];
  return table(
    [{ title: '' }, ...titles.map(right), ...columns],
    reachKinds
      .filter((kind): kind is Kind => kind in reach)
      .map((kind) => {
        const { counted, low, high, cases, unlinkable, referred } = reach[kind];
        const counts = [counted, low, high, cases, unlinkable, referred].map(count);
        return [`  ${kind}`, ...counts, ...cells(kind)];
      }),
  );
}
