import type { CountColumn, Counts, DerivedColumns, KnownCounts } from './count-columns.js';
import type { Parameter, Publication } from './publication.js';

/** A column by which a figure is broken down, in addition to scope and quarter. */
export interface Dimension {
  readonly type: 'int' | 'text';
  readonly meaning: string;
}

/**
 * The parameters of a figure. Scopes are `programme`, `strand:<id>` and `service:<id>`; null means all scopes. The days
 * bound a half-open period; null leaves an end open. Both null mean lifetime, which is never a sum of periods.
 */
export interface FigureQuestion {
  readonly from: string | null;
  readonly until: string | null;
  /** One row for the whole period, or one for each financial quarter in it. */
  readonly by: 'period' | 'quarter';
  readonly scope: string | null;
}

/** A row of a figure’s answer. A missing row means that nothing was counted. */
export type FigureRow<
  Columns extends Readonly<Record<string, CountColumn>> = Readonly<Record<string, CountColumn>>,
  Dimensions extends Readonly<Record<string, Dimension>> = Readonly<Record<string, Dimension>>,
> = {
  /** First day of the quarter, yyyy-mm-dd; null if the row covers the whole period. */
  readonly start: string | null;
  readonly scope: string;
} & { readonly [Name in keyof Dimensions]: string | number | null } & Counts<Columns>;

/** A row of a figure’s answer after disclosure control: a suppressed count is null. */
export type ShownRow<
  Columns extends Readonly<Record<string, CountColumn>> = Readonly<Record<string, CountColumn>>,
  Dimensions extends Readonly<Record<string, Dimension>> = Readonly<Record<string, Dimension>>,
> = {
  readonly start: string | null;
  readonly scope: string;
} & { readonly [Name in keyof Dimensions]: string | number | null } & KnownCounts<Columns>;

/**
 * A figure: its columns, and the one query that counts by scope and period. JSON, CSV, tables on pages and in the
 * command line, and the OpenAPI document are generated from the columns.
 */
export interface Figure<
  Columns extends Readonly<Record<string, CountColumn>> = Readonly<Record<string, CountColumn>>,
  Dimensions extends Readonly<Record<string, Dimension>> = Readonly<Record<string, Dimension>>,
> extends Publication {
  readonly title: string;
  /** Whether the closing of a quarter computes and publishes it. Figures that look beyond the quarter never do. */
  readonly closesWithQuarter: boolean;
  readonly columns: Columns;
  readonly dimensions: Dimensions;
  /** Follow from the columns, in a row. They are no part of the query, and may be told better without another version. */
  readonly derived: DerivedColumns;
  /** The type of the datasets that it reads: without a file of these, what it counts is unknown. */
  readonly readFrom: ReadFrom;
  /** Whether it reads files of administrative sources too, so that the programme’s counts are known where one of these has come. */
  readonly ofAdministrativeSources: boolean;
}

export type ReadFrom = 'engagement' | 'outcome' | 'feedback' | 'input';

const questionParameters: readonly Parameter[] = [
  { name: 'from', type: 'date' },
  { name: 'until', type: 'date' },
  { name: 'by', type: 'text' },
  { name: 'scope', type: 'text' },
];

/** Defines a figure. Its SQL returns `start` and `scope`, then the dimensions, then the columns, in their order. */
export function defineFigure<
  const Columns extends Readonly<Record<string, CountColumn>>,
  const Dimensions extends Readonly<Record<string, Dimension>>,
>(definition: {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  /** Absent: it does not. */
  readonly closesWithQuarter?: boolean;
  readonly columns: Columns;
  readonly dimensions: Dimensions;
  readonly derived?: DerivedColumns;
  /** Absent: engagement. */
  readonly readFrom?: ReadFrom;
  /** Absent: it does not. */
  readonly ofAdministrativeSources?: boolean;
  readonly sql: string;
}): Figure<Columns, Dimensions> {
  return {
    ...{ derived: {}, readFrom: 'engagement', ofAdministrativeSources: false },
    ...definition,
    closesWithQuarter: definition.closesWithQuarter ?? false,
    parameters: questionParameters,
    returns: [
      { name: 'start', type: 'text' },
      { name: 'scope', type: 'text' },
      ...Object.entries<Dimension>(definition.dimensions).map(([name, { type }]) => ({ name, type })),
      ...Object.entries<CountColumn>(definition.columns).map(([name, { kind }]): Parameter => ({
        ...{ name, type: kind === 'measured' ? 'double precision' : 'int' },
      })),
    ],
  };
}
