import type { DisclosureRemedy, FigureTable, QuarterFigures } from '@kinledger/contracts';
import {
  auditRelease,
  FEWEST_VALUES,
  secondarySuppression,
  withoutCells,
  type Audit,
  type Release,
  type Solver,
} from '@kinledger/disclosure';
import type { Cell } from '../closing/cells.js';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { againstProviders } from './against-providers.js';
import { withheldOfGroups } from './groups-in-one-row.js';
import { releaseOfQuarter, type ServiceOfStrand } from './quarter-release.js';
import {
  earlierAlone,
  releaseWithEarlier,
  type EarlierRelease,
  type ReleaseTogether,
} from './releases-together.js';

/** What is known beside a published form of its quarter while the remedy is looked for. */
export interface RemedyContext {
  /** Its counts as they are. */
  readonly full: QuarterFigures;
  /** What left before it. */
  readonly earlier: readonly EarlierRelease[];
}

/**
 * The published form of a quarter without what its tables give away, together and with those that left before. First, groups of
 * which all are in one row are withheld. Then counts beside small ones are suppressed too, as few as that needs: so that
 * neither a reader works small ones out, nor a provider who knows the counts of its own services. Where no suppression is
 * enough, such as six services with a row each in a strand of seven, that column is withheld for all services of the strand,
 * then for all scopes below the programme, for all of its table, then the table, and at last every count: a quarter that is
 * published again may have nothing else to say, and says nothing then.
 *
 * The same counts have the same remedy, in whatever order rows and services come: they are put in order first, the
 * solver has no clock, one thread and a fixed seed, and the search asks it the same questions in the same order. Another
 * version of the solver may find another remedy, so that the one that was applied is kept with the release.
 */
export function remedied(
  solver: Solver,
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
  { full, earlier }: RemedyContext,
): QuarterFigures {
  const inOrder = services.toSorted((one, other) => (one.service < other.service ? -1 : 1));
  const tables = published.figures.toSorted((one, other) => (one.figure < other.figure ? -1 : 1));
  const form: QuarterFigures = { ...published, figures: tables.map((table) => sorted(table)) };
  const own = releaseOfQuarter(form, inOrder);
  const formWithout = (withheld: Iterable<string>): QuarterFigures =>
    withRemedy(form, { ...NOTHING, withheld: [...withheld] }, services);
  const without = (withheld: Iterable<string>): ReleaseTogether =>
    releaseWithEarlier(formWithout(withheld), full, inOrder, earlier);
  const inForm = (withheld: Iterable<string>, remedy: Omit<DisclosureRemedy, 'withheld'>): QuarterFigures => {
    const { sums } = own;
    const [beside, all] = [inWhole(remedy.suppressed, sums), inWhole([...withheld].sort(), sums)];
    return withRemedy(published, { ...remedy, suppressed: beside, withheld: all }, services);
  };
  const groups = withheldOfGroups(solver, form, inOrder, {
    together: (ids) => without(ids).release,
    alone: (ids) => releaseOfQuarter(formWithout(ids), inOrder).release,
  });
  const withheld = new Set<string>(groups.withheld);
  let lost: ReadonlySet<string> | undefined;
  /** Whoever is told less works out less: what is safe stays safe, so that only these are looked at again. */
  let doubtful: ReadonlySet<string> | undefined;
  for (let width = 0; width < WIDTHS.length;) {
    const { release, cells, same } = without(withheld);
    const leftOf = (unsafe: Iterable<string>): readonly string[] => {
      const all = [...unsafe];
      if (all.length > 0) lost ??= unsafeIn(auditRelease(solver, earlierAlone(release, own.cells)));
      return all.filter((id) => ![id, ...(same.get(id) ?? [])].some((each) => lost?.has(each)));
    };
    let left = leftOf(beyondSuppression(solver, release, doubtful));
    if (left.length === 0) {
      const outside = secondarySuppression(solver, release);
      const hidden = new Set(outside.suppressed);
      const inside = againstProviders(solver, withoutCells(release, hidden), own.cells, full, inOrder);
      for (const id of inside.suppressed) hidden.add(id);
      left = leftOf(new Set([...unsafeIn(outside.audit), ...inside.left]));
      if (left.length === 0) {
        const suppressed = release.cells.flatMap(({ id }) => (hidden.has(id) ? [id] : []));
        return inForm(withheld, { suppressed, audited: outside.before.audited, narrowed: [...groups.left] });
      }
    }
    const wider = new Set<string>();
    for (; wider.size === 0 && width < WIDTHS.length; width += 1)
      for (const id of left)
        for (const other of siblingsOf(own.cells, cells.get(id), inOrder, WIDTHS[width]))
          if (!withheld.has(other)) wider.add(other);
    for (const id of wider) withheld.add(id);
    doubtful = new Set([...left, ...wider]);
  }
  // What says nothing gives nothing away, whatever left before.
  const audited = [...own.cells.keys()];
  return inForm(audited, { suppressed: [], audited: audited.length, narrowed: [] });
}

/** Counts that are given away even if every count that can be suppressed is. */
const beyondSuppression = (
  solver: Solver,
  release: Release,
  only: ReadonlySet<string> | undefined,
): ReadonlySet<string> => {
  const all = new Set(release.cells.map(({ id }) => id));
  return unsafeIn(auditRelease(solver, withoutCells(release, all), FEWEST_VALUES, only));
};

const unsafeIn = ({ narrowed, unknown }: Audit): ReadonlySet<string> =>
  new Set([...narrowed.map(({ cell }) => cell), ...unknown]);

const NOTHING: DisclosureRemedy = { suppressed: [], withheld: [], audited: 0, narrowed: [] };

/** Counts with the published sums that they are part of, which would give them back. */
const inWhole = (ids: readonly string[], sums: ReadonlyMap<string, readonly string[]>): string[] => [
  ...new Set(ids.flatMap((id) => [id, ...(sums.get(id) ?? [])])),
];

/** Whether a count is withheld with another one. */
type IsWith = (other: Cell, cell: Cell, services: readonly ServiceOfStrand[]) => boolean;

const isOfTable: IsWith = (other, cell) => idOf(other) === idOf(cell);
const isOfColumn: IsWith = (other, cell, services) =>
  isOfTable(other, cell, services) && other.column === cell.column;
const isSameElsewhere: IsWith = (other, cell, services) =>
  isOfColumn(other, cell, services) && JSON.stringify(other.dimensions) === JSON.stringify(cell.dimensions);

/** How much is withheld with a count that nothing less protects, from the narrowest on; after these, every count is. */
const WIDTHS: readonly IsWith[] = [
  // In the services of the strand, or of the programme where it is of none.
  (other, cell, services) => {
    const strand = services.find(
      (each) => cell.scope === `service:${each.service}` || cell.scope === `strand:${each.strand ?? ''}`,
    )?.strand;
    return (
      isSameElsewhere(other, cell, services) &&
      services.some(
        (each) => (strand == null || each.strand === strand) && other.scope === `service:${each.service}`,
      )
    );
  },
  (other, cell, services) => isSameElsewhere(other, cell, services) && other.scope !== 'programme',
  isOfColumn,
  isOfTable,
];

/** An earlier release may have a figure in another version. */
const idOf = ({ figure }: Cell): string => figure.replace(/@.*$/, '');

/** The counts that are withheld with a count. */
function siblingsOf(
  cells: ReadonlyMap<string, Cell>,
  cell: Cell | undefined,
  services: readonly ServiceOfStrand[],
  isWith: IsWith | undefined,
): readonly string[] {
  if (isWith === undefined || cell === undefined) return [];
  return [...cells].flatMap(([id, other]) => (isWith(other, cell, services) ? [id] : []));
}

/** A published form with a remedy: what it names is suppressed, also where a scope had no row because it counted nothing. */
export function withRemedy(
  published: QuarterFigures,
  remedy: DisclosureRemedy,
  services: readonly ServiceOfStrand[],
): QuarterFigures {
  const hidden = new Set([...remedy.suppressed, ...remedy.withheld]);
  const tables = published.figures.map((table): FigureTable => {
    const { figure, columns } = table;
    const keys = keysOf(table);
    const nameOfCount = (row: FigureTable['rows'][number], column: string): string =>
      [figure, row[0], ...row.slice(1, keys).map((value) => value ?? 'unknown'), column].join(' ');
    const rows = [...table.rows, ...(remedy.withheld.length === 0 ? [] : missingRows(table, services))];
    const shown = rows.map((row) =>
      row.map((value, place) =>
        place >= keys && hidden.has(nameOfCount(row, columns[place] ?? '')) ? null : value,
      ),
    );
    const isNothing = (row: FigureTable['rows'][number]): boolean =>
      row.slice(keys).every((value) => value === 0);
    // Rows of nothing were added only where something in them is withheld.
    const kept = shown.filter((row, place) => place < table.rows.length || !isNothing(row));
    return kept.length === table.rows.length ? { ...table, rows: kept } : sorted({ ...table, rows: kept });
  });
  return { ...published, figures: tables, remedy };
}

/** Rows of 0 for scopes that have none, for all values by which the table is broken down. */
function missingRows(
  { figure, columns, rows }: FigureTable,
  services: readonly ServiceOfStrand[],
): FigureTable['rows'] {
  const keys = keysOf({ figure });
  const known = new Set(rows.map((row) => JSON.stringify(row.slice(0, keys))));
  const dimensions = new Map(rows.map((row) => [JSON.stringify(row.slice(1, keys)), row.slice(1, keys)]));
  if (keys === 1) dimensions.set('[]', []);
  const strands = new Set(services.flatMap(({ strand }) => (strand === null ? [] : [`strand:${strand}`])));
  const scopes = ['programme', ...strands, ...services.map(({ service }) => `service:${service}`)];
  return scopes.flatMap((scope) =>
    [...dimensions.values()].flatMap((values) =>
      known.has(JSON.stringify([scope, ...values]))
        ? []
        : [[scope, ...values, ...columns.slice(keys).map(() => 0)]],
    ),
  );
}

const keysOf = ({ figure }: Pick<FigureTable, 'figure'>): number =>
  1 + Object.keys(figures.find((each) => nameOf(each) === figure)?.dimensions ?? {}).length;

/** A table by scope, then dimensions, as the database gives it: text by code point, unknown last. */
function sorted(table: FigureTable): FigureTable {
  const keys = keysOf(table);
  const compared = (one: string | number | null, other: string | number | null): number => {
    if (one === other) return 0;
    if (one === null || other === null) return one === null ? 1 : -1;
    return one < other ? -1 : 1;
  };
  const rows = table.rows.toSorted((one, other) => {
    for (let place = 0; place < keys; place += 1) {
      const order = compared(one[place] ?? null, other[place] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  });
  return { ...table, rows };
}
