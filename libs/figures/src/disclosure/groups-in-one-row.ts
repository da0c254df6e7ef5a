import type { FigureTable, QuarterFigures } from '@kinledger/contracts';
import { isPossible, type Release, type Solver } from '@kinledger/disclosure';
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
  /** All protected columns of the table. */
  readonly columns: readonly string[];
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

/** What to withhold for groups that are in one row. */
export interface WithheldOfGroups {
  readonly withheld: ReadonlySet<string>;
  /** Rows of groups of which a reader still tells which row they are in, whatever is withheld. */
  readonly left: readonly string[];
}

/** What a reader knows once these counts are withheld: with what left before, and from the release alone. */
export interface KnownOnceWithheld {
  readonly together: (withheld: ReadonlySet<string>) => Release;
  readonly alone: (withheld: ReadonlySet<string>) => Release;
}

/**
 * Counts to withhold so that a published form says of no group that all are in one row: all rows in which the members could be
 * for what wider scopes show, zeros included. From the programme down, because what a wider scope withholds does not tell of
 * its parts.
 *
 * What is withheld is named, so that a reader is taken to know that the group is in one row: at least two rows must be
 * possible, each with the whole group in it. Where shown counts of other scopes leave one row alone, theirs are withheld too,
 * step by step: the strand’s, its services’, all below the programme, the programme’s, and at last all columns of the table. A
 * group that earlier releases already place in a row is kept safe from this release alone.
 */
export function withheldOfGroups(
  solver: Solver,
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
  known: KnownOnceWithheld,
): WithheldOfGroups {
  const strandOf = new Map(services.map(({ service, strand }) => [`service:${service}`, strand]));
  const withheld = new Set<string>();
  const left = new Set<string>();
  const widestFirst = groupsOf(published)
    .filter((group) => isInOneRow(group))
    .toSorted((one, other) => depthOf(one.scope) - depthOf(other.scope));
  const withhold = (group: Group, scopes: readonly string[], columns: readonly string[]): Set<string> => {
    const more = new Set(withheld);
    for (const scope of scopes.toSorted((one, other) => depthOf(one) - depthOf(other))) {
      const strand = strandOf.get(scope);
      const wider = [
        ...(scope === 'programme' ? [] : ['programme']),
        ...(strand == null ? [] : [`strand:${strand}`]),
      ];
      for (const dimensions of group.breakdown) {
        const idIn = (of: string, column = group.column): string =>
          cellIdOf({ figure: group.figure, scope: of, dimensions, column });
        // The programme’s zeros say of nobody where they are, unless all of the programme are in one row.
        const isPossibleRow =
          scope === group.scope || scope !== 'programme' || group.shown(scope, dimensions) !== 0;
        if (
          isPossibleRow &&
          wider.every((whole) => more.has(idIn(whole)) || group.shown(whole, dimensions) !== 0)
        )
          for (const column of columns) more.add(idIn(scope, column));
      }
    }
    return more;
  };
  const replaceBy = (more: ReadonlySet<string>): void => {
    for (const id of more) withheld.add(id);
  };
  for (const group of widestFirst) replaceBy(withhold(group, [group.scope], [group.column]));
  for (const group of widestFirst) {
    const steps = [
      new Set(withheld),
      ...scopesAround(group.scope, services).map((scopes) => withhold(group, scopes, [group.column])),
      withhold(group, allScopes(services), group.columns),
    ];
    const widest = steps.at(-1) ?? withheld;
    const of = hidesRow(solver, group, known.together(widest)) ? known.together : known.alone;
    const enough = steps.find((step) => hidesRow(solver, group, of(step)));
    replaceBy(enough ?? widest);
    if (enough === undefined) for (const id of rowsOf(group)) left.add(id);
  }
  return { withheld, left: [...left] };
}

const rowsOf = ({ figure, scope, column, breakdown }: Group): readonly string[] =>
  breakdown.map((dimensions) => cellIdOf({ figure, scope, dimensions, column }));

/** Whether all of a group may be in either of two rows at least, for everything that a reader knows. */
function hidesRow(solver: Solver, group: Group, release: Release): boolean {
  const rows = rowsOf(group);
  let possible = 0;
  for (const row of rows) {
    const inRow = new Map(
      rows.map((id) => [id, id === row ? { low: 1, high: Infinity } : { low: 0, high: 0 }]),
    );
    if (isPossible(solver, release, inRow)) possible += 1;
    if (possible > 1) return true;
  }
  return false;
}

/** Scopes whose counts bear on those of one, in wider and wider steps. */
function scopesAround(scope: string, services: readonly ServiceOfStrand[]): readonly (readonly string[])[] {
  const strand = services.find(({ service }) => scope === `service:${service}`)?.strand;
  const ofStrand = services.filter((each) => each.strand === strand);
  const all = allScopes(services);
  return [
    ...(strand == null
      ? []
      : [
          [scope, `strand:${strand}`],
          [`strand:${strand}`, ...ofStrand.map(({ service }) => `service:${service}`)],
        ]),
    all.filter((each) => each !== 'programme'),
    all,
  ];
}

const allScopes = (services: readonly ServiceOfStrand[]): readonly string[] => [
  'programme',
  ...new Set(services.flatMap(({ strand }) => (strand === null ? [] : [`strand:${strand}`]))),
  ...services.map(({ service }) => `service:${service}`),
];

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
    const protectedColumns = columns.filter(
      (column) => column in (figureRelations[figure]?.acrossScopes ?? {}),
    );
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
            return [...scopes].map((scope): Group => ({
              ...{ figure, scope, column, columns: protectedColumns },
              ...{ breakdown, shown },
            }));
          }),
    );
  });
}
