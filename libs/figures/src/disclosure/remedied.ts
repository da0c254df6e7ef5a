import type { DisclosureRemedy, FigureTable, QuarterFigures } from '@kinledger/contracts';
import {
  auditRelease,
  secondarySuppression,
  withoutCells,
  type Audit,
  type Solver,
} from '@kinledger/disclosure';
import type { Cell } from '../closing/cells.js';
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { againstProviders } from './against-providers.js';
import { withheldOfGroups } from './groups-in-one-row.js';
import { releaseOfQuarter, type QuarterRelease, type ServiceOfStrand } from './quarter-release.js';
import { earlierAlone, releaseWithEarlier, type EarlierRelease } from './releases-together.js';

/** How much is withheld at most: the services of one strand, then all scopes but the programme. */
const WIDEST = 2;

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
 * then for all scopes below the programme. What is left then is named.
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
  const releaseOf = (attempt: QuarterFigures): QuarterRelease =>
    releaseWithEarlier(attempt, full, inOrder, earlier);
  const own = releaseOfQuarter(form, inOrder);
  const before = releaseOf(form);
  // What earlier releases give away by themselves, no later one can keep.
  const lost = unsafeIn(auditRelease(solver, earlierAlone(before.release, own.cells)));
  const withoutThese = (ids: ReadonlySet<string>): QuarterFigures =>
    withRemedy(form, { ...NOTHING, withheld: [...ids] }, services);
  const groups = withheldOfGroups(solver, form, inOrder, {
    together: (ids) => releaseOf(withoutThese(ids)).release,
    alone: (ids) => releaseOfQuarter(withoutThese(ids), inOrder).release,
  });
  const withheld = new Set<string>(groups.withheld);
  for (let width = 0; ; width += 1) {
    const attempt = withoutThese(withheld);
    const { release, cells, sums } = releaseOf(attempt);
    const outside = secondarySuppression(solver, release);
    const hidden = new Set(outside.suppressed);
    const inside = againstProviders(solver, withoutCells(release, hidden), own.cells, full, inOrder);
    for (const id of inside.suppressed) hidden.add(id);
    const left = [...new Set([...unsafeIn(outside.audit), ...inside.left])].filter((id) => !lost.has(id));
    const wider = left.flatMap((id) => siblingsOf(own.cells, cells.get(id), inOrder, width));
    if (wider.every((id) => withheld.has(id)) || width >= WIDEST)
      return withRemedy(
        published,
        {
          suppressed: inWhole(
            release.cells.flatMap(({ id }) => (hidden.has(id) ? [id] : [])),
            sums,
          ),
          withheld: inWhole([...withheld].sort(), sums),
          audited: outside.before.audited,
          narrowed: [...new Set([...left, ...groups.left])],
        },
        services,
      );
    for (const id of wider) withheld.add(id);
  }
}

const unsafeIn = ({ narrowed, unknown }: Audit): ReadonlySet<string> =>
  new Set([...narrowed.map(({ cell }) => cell), ...unknown]);

const NOTHING: DisclosureRemedy = { suppressed: [], withheld: [], audited: 0, narrowed: [] };

/** Counts with the published sums that they are part of, which would give them back. */
const inWhole = (ids: readonly string[], sums: ReadonlyMap<string, readonly string[]>): string[] => [
  ...new Set(ids.flatMap((id) => [id, ...(sums.get(id) ?? [])])),
];

/** The same count in the services of the strand, or of the programme where it is of none; then in all scopes below the programme. */
function siblingsOf(
  cells: ReadonlyMap<string, Cell>,
  cell: Cell | undefined,
  services: readonly ServiceOfStrand[],
  width: number,
): readonly string[] {
  if (cell === undefined) return [];
  const strand = services.find(
    (each) => cell.scope === `service:${each.service}` || cell.scope === `strand:${each.strand ?? ''}`,
  )?.strand;
  const within = services.filter((each) => strand == null || each.strand === strand);
  const scopes = width > 0 ? undefined : new Set(within.map(({ service }) => `service:${service}`));
  return [...cells].flatMap(([other, { figure, scope, dimensions, column }]) =>
    figure === cell.figure &&
    column === cell.column &&
    JSON.stringify(dimensions) === JSON.stringify(cell.dimensions) &&
    (scopes?.has(scope) ?? scope !== 'programme')
      ? [other]
      : [],
  );
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
  const strands = new Set(services.flatMap(({ strand }) => (strand === null ? [] : [`strand:${strand}`])));
  const scopes = [...strands, ...services.map(({ service }) => `service:${service}`)];
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
