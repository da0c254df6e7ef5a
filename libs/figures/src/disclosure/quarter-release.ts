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
import { nameOf } from '../publication.js';
import { figures } from '../registry.js';
import { disclosureProfiles } from './disclosure-profiles.js';
import { figureRelations, type FigureRelations } from './figure-relations.js';

/** A service, and the strand that it is part of; null for an administrative source. */
export interface ServiceOfStrand {
  readonly service: string;
  readonly strand: string | null;
}

/** The cells of a release by their ids, to say which count an id is. */
export interface QuarterRelease {
  readonly release: Release;
  readonly cells: ReadonlyMap<string, Cell>;
}

const NOTHING: Bounds = { low: 0, high: 0 };

/**
 * All that a reader knows from the published form of a quarter’s figures: what each shown or suppressed count says, and
 * how counts hang together because of what they count. Counts that are sums of shown ones say nothing more and are left out.
 * @throws Error if this program does not have the profile or a figure, or if figures name a scope that the services do not
 * make up
 */
export function releaseOfQuarter(
  published: QuarterFigures,
  services: readonly ServiceOfStrand[],
): QuarterRelease {
  const profile = disclosureProfiles.find((each) => nameOf(each) === published.disclosure);
  if (profile === undefined) throw new Error(`this program does not have profile ${published.disclosure}`);
  const tables = published.figures.map((table) => new TableCells(table, profile.known, services));
  const byFigure = new Map(tables.map((table) => [table.figure, table]));
  return {
    release: {
      cells: tables.flatMap((table) => table.released()),
      relations: tables.flatMap((table) => [...table.relations(), ...table.relationsTo(byFigure)]),
    },
    cells: new Map(tables.flatMap((table) => table.named())),
  };
}

/** Values of a figure’s dimensions, in their order. */
type Dimensions = readonly (string | number | null)[];

/** The counts of one table of a release. */
class TableCells {
  readonly figure: string;
  readonly #services: readonly ServiceOfStrand[];
  readonly #relations: FigureRelations;
  readonly #dimensions: readonly Dimensions[];
  readonly #cells = new Map<string, { readonly cell: Cell; readonly released: ReleasedCell }>();

  constructor(
    { figure, columns, rows }: FigureTable,
    known: (shown: number | null) => Bounds,
    services: readonly ServiceOfStrand[],
  ) {
    const defined = figures.find((each) => nameOf(each) === figure);
    const relations = figureRelations[figure];
    if (defined === undefined || relations === undefined)
      throw new Error(`this program does not have ${figure}: use the version that closed the quarter`);
    this.figure = figure;
    this.#services = services;
    this.#relations = relations;
    const keys = 1 + Object.keys(defined.dimensions).length;
    const byKey = new Map(rows.map((row) => [JSON.stringify(row.slice(0, keys)), row]));
    const dimensions = new Map(rows.map((row) => [JSON.stringify(row.slice(1, keys)), row.slice(1, keys)]));
    if (keys === 1) dimensions.set('[]', []);
    this.#dimensions = [...dimensions.values()];
    const compared = columns
      .map((column, place) => ({ column, place }))
      .filter(({ column, place }) => {
        return place >= keys && defined.columns[column]?.disclosure === 'protected';
      });
    const scopes = new Set(this.#scopes());
    const other = rows.find(([scope]) => !scopes.has(String(scope)));
    if (other !== undefined)
      throw new Error(
        `${figure} has counts of ${String(other[0])}, which is no service or strand of the programme`,
      );
    for (const scope of scopes)
      for (const values of this.#dimensions) {
        const row = byKey.get(JSON.stringify([scope, ...values]));
        for (const { column, place } of compared) {
          const shown = row === undefined ? 0 : (row[place] ?? null);
          if (typeof shown === 'string') continue;
          const cell: Cell = { figure, scope, dimensions: values, column };
          const id = this.#id(scope, values, column);
          const released: ReleasedCell = {
            ...{ id, known: row === undefined ? NOTHING : known(shown), protected: shown === null },
            // A count of nobody is left as it is: suppressing it would hide that nobody came.
            ...(shown === null || shown === 0 ? {} : { cost: shown }),
          };
          this.#cells.set(id, { cell, released });
        }
      }
  }

  released(): readonly ReleasedCell[] {
    return [...this.#cells.values()].map(({ released }) => released);
  }

  named(): readonly (readonly [string, Cell])[] {
    return [...this.#cells].map(([id, { cell }]) => [id, cell]);
  }

  /** Relations between the counts of this table. */
  relations(): readonly Relation[] {
    const { distinct, additive, within, covered } = this.#relations;
    return this.#dimensions.flatMap((values) => [
      ...this.#scopes().flatMap((scope) => {
        const id = (column: string): string => this.#id(scope, values, column);
        return [
          ...within.map(([part, whole]) => atMost(id(part), id(whole))),
          ...covered.map(({ column, by }) => atMostSumOf(id(column), by.map(id))),
        ];
      }),
      ...this.#wholesAndParts().flatMap(({ whole, parts }) => [
        ...additive.map((column) =>
          addUpTo(
            this.#id(whole, values, column),
            parts.map((part) => this.#id(part, values, column)),
          ),
        ),
        ...distinct.flatMap((column) => {
          const ids = parts.map((part) => this.#id(part, values, column));
          const all = this.#id(whole, values, column);
          return [...ids.map((id) => atMost(id, all)), atMostSumOf(all, ids)];
        }),
      ]),
    ]);
  }

  /** Relations to the counts of the table that this one breaks down. */
  relationsTo(tables: ReadonlyMap<string, TableCells>): readonly Relation[] {
    const { breaksDown } = this.#relations;
    const whole = breaksDown && tables.get(breaksDown.figure);
    if (breaksDown === undefined || whole === undefined) return [];
    return this.#scopes().flatMap((scope) => {
      const parts = (column: string): string[] =>
        this.#dimensions.map((values) => this.#id(scope, values, column));
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
    return [this.figure, scope, ...values.map((value) => value ?? 'unknown'), column].join(' ');
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
