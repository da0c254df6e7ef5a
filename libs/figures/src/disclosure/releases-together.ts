import type { QuarterFigures } from '@kinledger/contracts';
import { componentsOf, type Relation, type Release, type ReleasedCell } from '@kinledger/disclosure';
import { nextPeriod, periodOfCode, type Period } from '@kinledger/domain';
import { Cells, type Cell } from '../closing/cells.js';
import { figureRelations } from './figure-relations.js';
import { cellIdOf, releaseOfQuarter, type QuarterRelease, type ServiceOfStrand } from './quarter-release.js';

/** An earlier release of the programme: as it left, and with its counts as they were. */
export interface EarlierRelease {
  readonly full: QuarterFigures;
  readonly published: QuarterFigures;
}

/** A release with those before it. */
export interface ReleaseTogether extends QuarterRelease {
  /** By the id of a count, those of the same count in earlier editions, which a reader knows to be the same. */
  readonly same: ReadonlyMap<string, readonly string[]>;
}

/**
 * A release with those before it, as far as they say something of its counts: earlier editions of the same quarter, and the
 * quarters around it where a figure counts until the period’s end. Cells of earlier releases stand as they left, under ids of
 * their own, and cannot be suppressed any more.
 *
 * What relates two releases is not certain: rows come late, are corrected and withdrawn. A reader is taken to know of each
 * relation whether it holds, such as that a count is the same in both editions, and to know nothing where it does not: so the
 * counts themselves decide which relations there are.
 *
 * A count that an earlier edition showed, and that is still the same, cannot be kept any more: it is not protected, even where it is
 * withheld, such as a 0.
 */
export function releaseWithEarlier(
  published: QuarterFigures,
  full: QuarterFigures,
  services: readonly ServiceOfStrand[],
  earlier: readonly EarlierRelease[],
): ReleaseTogether {
  const current = releaseOfQuarter(published, services);
  const period = periodOfCode(published.period);
  const cells = new Map(current.cells);
  const counts = new Map<string, number>();
  const addCounts = (of: QuarterRelease, from: QuarterFigures): void => {
    const known = new Cells(from);
    for (const [id, cell] of of.cells)
      counts.set(id, known.valueOf({ ...cell, figure: cell.figure.replace(/@.*$/, '') }));
  };
  addCounts(current, full);
  const isTrue = ({ terms, sum }: Relation): boolean => {
    const total = terms.reduce((sofar, { cell, times }) => sofar + times * (counts.get(cell) ?? NaN), 0);
    return total >= sum.low && total <= sum.high;
  };
  const released: ReleasedCell[] = [];
  const left = new Set<string>();
  const same = new Map<string, string[]>();
  const relations: Relation[] = [...current.release.relations];
  for (const release of earlier.toSorted((one, other) => one.published.position - other.published.position)) {
    const then = periodOfCode(release.published.period);
    const across = relationsAcross(published, period, then);
    if (across === undefined) continue;
    const prefix = `${then.code} at ${release.published.position}: `;
    const before = releaseOfQuarter(inScopesOf(release.published, services), services, prefix);
    addCounts(before, release.full);
    for (const [id, cell] of before.cells) cells.set(id, cell);
    released.push(...before.release.cells.map(({ secondary: _, ...cell }) => cell));
    // The strands of today may be others than then.
    relations.push(...before.release.relations.filter(isTrue));
    // A figure may have left in another version, of which the columns of one name count the same.
    const versions = Map.groupBy(release.published.figures, ({ figure }) => figure.replace(/@.*$/, ''));
    const between = [...current.cells].flatMap(([id, cell]) =>
      (versions.get(cell.figure.replace(/@.*$/, '')) ?? []).flatMap(({ figure }) =>
        across(id, cell, (column) => prefix + cellIdOf({ ...cell, figure, column })),
      ),
    );
    const holding = between.filter(({ terms }) => terms.every(({ cell }) => counts.has(cell))).filter(isTrue);
    relations.push(...holding);
    if (then.code !== period.code) continue;
    const shown = new Set(before.release.cells.flatMap((cell) => (cell.protected ? [] : [cell.id])));
    for (const { terms } of holding) {
      const [id = '', idThen = ''] = terms.map(({ cell }) => cell);
      same.set(id, [...(same.get(id) ?? []), idThen]);
      if (shown.has(idThen)) left.add(id);
    }
  }
  const own = current.release.cells.map((cell) => (left.has(cell.id) ? { ...cell, protected: false } : cell));
  const touched = componentsOf({ cells: [...own, ...released], relations }).filter((part) =>
    part.cells.some(({ id }) => current.cells.has(id)),
  );
  return {
    release: {
      cells: touched.flatMap((part) => part.cells),
      relations: touched.flatMap((part) => part.relations),
    },
    ...{ cells, sums: current.sums, same },
  };
}

/** Relations of a cell to those of the same scope and dimensions in an earlier release, whose ids follow from a column. */
type Across = (id: string, cell: Cell, then: (column: string) => string) => Relation[];

/** How counts of a period bear on those of an earlier release; undefined where that release says nothing of them. */
function relationsAcross(
  { figures }: Pick<QuarterFigures, 'figures'>,
  period: Period,
  then: Period,
): Across | undefined {
  if (then.code === period.code)
    return (id, { column }, idThen) => [sumIs0({ [id]: 1, [idThen(column)]: -1 })];
  if (!figures.some(({ figure }) => figureRelations[figure]?.cumulative !== undefined)) return undefined;
  const isBefore = then.start < period.start;
  const [earlier, later] = isBefore ? [then, period] : [period, then];
  return (id, cell, idThen) => {
    const news = figureRelations[cell.figure]?.cumulative?.[cell.column];
    if (news === undefined) return [];
    const [first, last] = isBefore ? [idThen(cell.column), id] : [id, idThen(cell.column)];
    const between = isBefore ? cellIdOf({ ...cell, column: news }) : idThen(news);
    return nextPeriod(earlier).code === later.code
      ? [sumIs0({ [last]: 1, [first]: -1, [between]: -1 })]
      : [{ ...sumIs0({ [last]: 1, [first]: -1 }), sum: { low: 0, high: Infinity } }];
  };
}

const sumIs0 = (times: Readonly<Record<string, number>>): Relation => ({
  terms: Object.entries(times).map(([cell, factor]) => ({ cell, times: factor })),
  sum: { low: 0, high: 0 },
});

/** A release without the scopes that the programme does not have any more. */
function inScopesOf(published: QuarterFigures, services: readonly ServiceOfStrand[]): QuarterFigures {
  const scopes = new Set([
    'programme',
    ...services.flatMap(({ service, strand }) => [
      `service:${service}`,
      ...(strand === null ? [] : [`strand:${strand}`]),
    ]),
  ]);
  return {
    ...published,
    figures: published.figures.map((table) => ({
      ...table,
      rows: table.rows.filter(([scope]) => scopes.has(String(scope))),
    })),
  };
}

/** The cells of a release of which nothing else than what left before tells. */
export const earlierAlone = (
  { cells, relations }: Release,
  current: ReadonlyMap<string, unknown>,
): Release => ({
  cells: cells.filter(({ id }) => !current.has(id)),
  relations: relations.filter(({ terms }) => terms.every(({ cell }) => !current.has(cell))),
});
