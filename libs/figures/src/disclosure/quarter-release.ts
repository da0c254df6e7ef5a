import type { FigureTable, QuarterFigures } from '@kinledger/contracts';
import {
  addUpTo,
  atMost,
  atMostSumOf,
  type Bounds,
  type Relation,
  type Release,
  type ReleasedCell,
} from '@kinledger/disclosure';
import type { Cell } from '../closing/cells.js';
import { figures } from '../registry.js';
import { foundIn } from '../closing/definition-missing.js';
import { disclosureProfiles, type DisclosureProfile } from './disclosure-profiles.js';
import { figureRelations, type AcrossScopes, type FigureRelations } from './figure-relations.js';

/** A service, and the strand that it is part of; null for an administrative source. */
export interface ServiceOfStrand {
  readonly service: string;
  readonly strand: string | null;
  /** Who runs it; where it is known, the provider’s own counts are taken to be known to it. */
  readonly provider?: string | undefined;
}

/** The cells of a release by their ids, to say which count an id is. */
export interface QuarterRelease {
  readonly release: Release;
  readonly cells: ReadonlyMap<string, Cell>;
  /** By the id of a cell, the published sums that it is part of: whoever suppresses it has to suppress these too. */
  readonly sums: ReadonlyMap<string, readonly string[]>;
}

/**
 * All that a reader knows from the published form of a quarter’s figures: what each shown or suppressed count says, and
 * how counts hang together because of what they count. Counts that are sums of shown ones say nothing more while all their
 * parts are shown, and are left out. Ids of cells begin with the prefix, which tells several releases apart.
 * @throws DefinitionMissing if this program does not have the profile or a figure
 * @throws Error with the code `other-services` if figures name a scope that the services do not make up
 */
export function releaseOfQuarter(
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
  prefix = '',
): QuarterRelease {
  const profile = foundIn(disclosureProfiles, published.disclosure);
  const { suppressed = [], withheld = [] } = published.remedy ?? {};
  const beside: Beside = { suppressed: new Set(suppressed), withheld: new Set(withheld) };
  const tables = published.figures.map((table) => new TableCells(table, profile, services, beside, prefix));
  const byFigure = new Map(tables.map((table) => [table.figure, table]));
  return {
    release: {
      cells: tables.flatMap((table) => table.released()),
      relations: tables.flatMap((table) => [...table.relations(), ...table.relationsTo(byFigure)]),
    },
    cells: new Map(tables.flatMap((table) => table.named())),
    sums: new Map(tables.flatMap((table) => table.sums())),
  };
}

/** The name of a count in a remedy: figure with version, scope, values of its dimensions, column. */
export const cellIdOf = ({ figure, scope, dimensions, column }: Cell): string =>
  [figure, scope, ...dimensions.map((value) => value ?? 'unknown'), column].join(' ');

/** Counts that are suppressed beside small ones: a reader is taken to know which, and why. */
interface Beside {
  readonly suppressed: ReadonlySet<string>;
  readonly withheld: ReadonlySet<string>;
}

/** Nothing is known of a count that is withheld. */
const ANYTHING: Bounds = { low: 0, high: Infinity };

/** Values of a figure’s dimensions, in their order. */
type Dimensions = readonly (string | number | null)[];

/** The counts of one table of a release. */
class TableCells {
  readonly figure: string;
  readonly #prefix: string;
  readonly #services: readonly ServiceOfStrand[];
  readonly #relations: FigureRelations;
  readonly #dimensions: readonly Dimensions[];
  readonly #cells = new Map<string, { readonly cell: Cell; readonly released: ReleasedCell }>();
  readonly #sums = new Map<string, string[]>();

  constructor(
    { figure, columns, rows }: FigureTable,
    { known, knownBeside, hidesNobody }: DisclosureProfile,
    services: readonly ServiceOfStrand[],
    beside: Beside,
    prefix: string,
  ) {
    this.#prefix = prefix;
    const defined = foundIn(figures, figure);
    const relations = figureRelations[figure];
    if (relations === undefined) throw new Error(`${figure} does not say how its counts hang together`);
    this.figure = figure;
    this.#services = services;
    this.#relations = relations;
    const keys = 1 + Object.keys(defined.dimensions).length;
    const byKey = new Map(rows.map((row) => [JSON.stringify(row.slice(0, keys)), row]));
    const dimensions = new Map(rows.map((row) => [JSON.stringify(row.slice(1, keys)), row.slice(1, keys)]));
    if (keys === 1) dimensions.set('[]', []);
    this.#dimensions = [...dimensions.values()];
    const places = [...columns.entries()].slice(keys);
    const scopes = new Set(this.#scopes());
    const other = rows.find(([scope]) => !scopes.has(String(scope)));
    if (other !== undefined)
      throw Object.assign(
        new Error(
          `${figure} has counts of ${String(other[0])}, which is no service or strand of the programme`,
        ),
        { code: 'other-services' as const },
      );
    for (const scope of scopes)
      for (const values of this.#dimensions) {
        const row = byKey.get(JSON.stringify([scope, ...values]));
        for (const [place, column] of places) {
          const shown = row === undefined ? (hidesNobody ? null : 0) : (row[place] ?? null);
          const count = defined.columns[column];
          if (typeof shown === 'string' || count === undefined) continue;
          const id = this.#id(scope, values, column);
          if (count.disclosure === 'computed again' && shown !== null)
            for (const part of count.sumOf ?? []) {
              const of = this.#id(scope, values, part);
              this.#sums.set(of, [...(this.#sums.get(of) ?? []), id]);
            }
          if (count.disclosure !== 'protected') continue;
          const named = id.slice(prefix.length);
          const isBeside = beside.suppressed.has(named);
          const released: ReleasedCell = {
            ...{ id, protected: shown === null && !isBeside },
            known: beside.withheld.has(named) ? ANYTHING : isBeside ? knownBeside : known(shown),
            // A count of nobody is left as it is: suppressing it would hide that nobody came.
            ...(shown === null || shown === 0 ? {} : { secondary: { cost: shown, known: knownBeside } }),
          };
          this.#cells.set(id, { cell: { figure, scope, dimensions: values, column }, released });
        }
      }
  }

  released(): readonly ReleasedCell[] {
    return [...this.#cells.values()].map(({ released }) => released);
  }

  named(): readonly (readonly [string, Cell])[] {
    return [...this.#cells].map(([id, { cell }]) => [id, cell]);
  }

  sums(): readonly (readonly [string, readonly string[]])[] {
    return [...this.#sums];
  }

  /** Relations between the counts of this table. */
  relations(): readonly Relation[] {
    const { acrossScopes, within, covered } = this.#relations;
    return this.#dimensions.flatMap((values) => [
      ...this.#scopes().flatMap((scope) => {
        const id = (column: string): string => this.#id(scope, values, column);
        return [
          ...within.map(([parts, whole]): Relation => ({
            terms: [
              { cell: id(whole), times: 1 },
              ...parts.split('+').map((part) => ({ cell: id(part), times: -1 })),
            ],
            sum: { low: 0, high: Infinity },
          })),
          ...covered.map(({ column, by }) => atMostSumOf(id(column), by.map(id))),
        ];
      }),
      ...this.#wholesAndParts().flatMap(({ whole, parts }) =>
        Object.entries(acrossScopes).flatMap(([together, how]) => {
          const ids = (scope: string): string[] =>
            together.split('+').map((column) => this.#id(scope, values, column));
          return acrossParts(how, ids(whole), parts.map(ids));
        }),
      ),
    ]);
  }

  /** Relations to the counts of the tables that this one breaks down or adds up to. */
  relationsTo(tables: ReadonlyMap<string, TableCells>): readonly Relation[] {
    return [...this.#breakingDown(tables), ...this.#addingUp(tables)];
  }

  #addingUp(tables: ReadonlyMap<string, TableCells>): readonly Relation[] {
    const { addsUpTo } = this.#relations;
    const whole = addsUpTo && tables.get(addsUpTo.figure);
    if (addsUpTo === undefined || whole === undefined) return [];
    return this.#scopes().flatMap((scope) =>
      Object.entries(addsUpTo.sums).map(([column, parts]) =>
        addUpTo(
          whole.#id(scope, [], column),
          parts.map((part) => this.#id(scope, [], part)),
        ),
      ),
    );
  }

  #breakingDown(tables: ReadonlyMap<string, TableCells>): readonly Relation[] {
    const { breaksDown } = this.#relations;
    const whole = breaksDown && tables.get(breaksDown.figure);
    if (breaksDown === undefined || whole === undefined) return [];
    const { apart = [] } = breaksDown;
    const places = Object.keys(foundIn(figures, this.figure).dimensions).flatMap((name, place) =>
      apart.includes(name) ? place : [],
    );
    const breakdowns = Map.groupBy(this.#dimensions, (values) =>
      JSON.stringify(places.map((place) => values[place])),
    );
    const inScopes = [...breakdowns.values()].flatMap((dimensions) =>
      this.#scopes().map((scope) => ({ scope, dimensions })),
    );
    return inScopes.flatMap(({ scope, dimensions }) => {
      const parts = (column: string): string[] => dimensions.map((values) => this.#id(scope, values, column));
      const all = (column: string): string => whole.#id(scope, [], column);
      return [
        ...breaksDown.additive.map((column) => addUpTo(all(column), parts(column))),
        ...breaksDown.distinct.flatMap((column) => [
          ...parts(column).map((part) => atMost(part, all(column))),
          atMostSumOf(all(column), parts(column)),
        ]),
      ];
    });
  }

  #id(scope: string, values: Dimensions, column: string): string {
    return this.#prefix + cellIdOf({ figure: this.figure, scope, dimensions: values, column });
  }

  #scopes(): readonly string[] {
    return [
      'programme',
      ...this.#strands().map((strand) => `strand:${strand}`),
      ...this.#services.map(serviceScope),
    ];
  }

  #strands(): readonly string[] {
    return [...new Set(this.#services.flatMap(({ strand }) => (strand === null ? [] : [strand])))];
  }

  /** Scopes with the scopes that they consist of. */
  #wholesAndParts(): readonly { readonly whole: string; readonly parts: readonly string[] }[] {
    return [
      { whole: 'programme', parts: this.#services.map(serviceScope) },
      ...this.#strands().map((strand) => ({
        whole: `strand:${strand}`,
        parts: this.#services.filter((service) => service.strand === strand).map(serviceScope),
      })),
      {
        whole: 'programme',
        parts: [
          ...this.#strands().map((strand) => `strand:${strand}`),
          ...this.#services.filter(({ strand }) => strand === null).map(serviceScope),
        ],
      },
    ];
  }
}

const serviceScope = ({ service }: ServiceOfStrand): string => `service:${service}`;

/** How counts of a scope and of its parts bear on each other; several cells of one scope count together. */
function acrossParts(
  how: AcrossScopes,
  whole: readonly string[],
  parts: readonly (readonly string[])[],
): readonly Relation[] {
  const terms = (cells: readonly string[], times: number) => cells.map((cell) => ({ cell, times }));
  const sumLess: Relation = {
    terms: [...terms(parts.flat(), 1), ...terms(whole, -1)],
    sum: { low: 0, high: how === 'additive' ? 0 : Infinity },
  };
  const eachLess = parts.map((part): Relation => ({
    ...{ terms: [...terms(whole, 1), ...terms(part, -1)], sum: { low: 0, high: Infinity } },
  }));
  switch (how) {
    case 'additive':
    case 'at most the sum':
      return [sumLess];
    case 'at least each part':
      return eachLess;
    case 'distinct':
      return [...eachLess, sumLess];
    case 'separate':
      return [];
    default:
      return how satisfies never;
  }
}
