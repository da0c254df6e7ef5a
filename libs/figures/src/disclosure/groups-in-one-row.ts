import type { FigureTable, QuarterFigures } from '@kinledger/contracts';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { figureRelations } from './figure-relations.js';
import { cellIdOf, type ServiceOfStrand } from './quarter-release.js';

type Row = FigureTable['rows'][number];

/** One column of a table in one scope, which the table breaks down by something that each person has once. */
interface Group {
  readonly figure: string;
  readonly scope: string;
  readonly column: string;
  /** Values of the dimensions of all rows that the group could have. */
  readonly breakdown: readonly Row[];
  /** What is shown there; without a row nobody was counted. */
  readonly shown: (scope: string, values: Row) => number | null;
}

/**
 * Groups of which a published form says that all are in one row of a table, such as every child of a service living in one
 * decile: whoever knows that somebody belongs to the group knows that much of them, however many they are. Named by
 * figure, scope and column.
 */
export const groupsInOneRow = (published: QuarterFigures): readonly string[] => [
  ...new Set(
    groupsOf(published)
      .filter((group) => isInOneRow(group))
      .map(({ figure, scope, column }) => `${figure} ${scope} ${column}`),
  ),
];

/**
 * Counts to withhold so that a published form says of no group that all are in one row: all rows in which the members could be
 * for what wider scopes show, zeros included, so that nobody tells which one it is. From the programme down, because what a
 * wider scope withholds does not tell of its parts.
 */
export function withheldOfGroups(
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
): readonly string[] {
  const strandOf = new Map(services.map(({ service, strand }) => [`service:${service}`, strand]));
  const withheld = new Set<string>();
  const widestFirst = groupsOf(published)
    .filter((group) => isInOneRow(group))
    .toSorted((one, other) => depthOf(one.scope) - depthOf(other.scope));
  for (const { figure, scope, column, breakdown, shown } of widestFirst) {
    const strand = strandOf.get(scope);
    const wider = [
      ...(scope === 'programme' ? [] : ['programme']),
      ...(strand == null ? [] : [`strand:${strand}`]),
    ];
    for (const dimensions of breakdown) {
      const idIn = (of: string): string => cellIdOf({ figure, scope: of, dimensions, column });
      if (wider.every((whole) => withheld.has(idIn(whole)) || shown(whole, dimensions) !== 0))
        withheld.add(idIn(scope));
    }
  }
  return [...withheld];
}

const depthOf = (scope: string): number => {
  if (scope === 'programme') return 0;
  return scope.startsWith('strand:') ? 1 : 2;
};

// A suppressed count may be anything: only a shown 0 says that nobody is there.
const isInOneRow = ({ scope, breakdown, shown }: Group): boolean =>
  breakdown.filter((values) => shown(scope, values) !== 0).length === 1;

function groupsOf(published: QuarterFigures): readonly Group[] {
  return published.figures.flatMap((table) => {
    const { figure, rows, columns } = table;
    const { breaksDown } = figureRelations[figure] ?? {};
    if (breaksDown === undefined) return [];
    const names = Object.keys(figures.find((each) => nameOf(each) === figure)?.dimensions ?? {});
    const keys = 1 + names.length;
    const byKey = new Map(rows.map((row) => [JSON.stringify(row.slice(0, keys)), row]));
    const dimensions = new Map(rows.map((row) => [JSON.stringify(row.slice(1, keys)), row.slice(1, keys)]));
    // Each value of some dimensions, such as each characteristic, breaks the whole down again.
    const apart = names.flatMap((name, place) => (breaksDown.apart?.includes(name) === true ? [place] : []));
    const breakdowns = Map.groupBy(dimensions.values(), (values) =>
      JSON.stringify(apart.map((place) => values[place])),
    );
    const scopes = new Set(rows.map(([scope]) => String(scope)));
    return [...breakdowns.values()].flatMap((breakdown) =>
      // One row breaks nothing down.
      breakdown.length < 2
        ? []
        : breaksDown.additive.flatMap((column) => {
            const place = columns.indexOf(column);
            const shown = (scope: string, values: Row): number | null => {
              const row = byKey.get(JSON.stringify([scope, ...values]));
              const value = row === undefined ? 0 : row[place];
              return typeof value === 'number' ? value : null;
            };
            return [...scopes].map((scope): Group => ({ figure, scope, column, breakdown, shown }));
          }),
    );
  });
}
