import type { CountColumn, Counts } from './count-columns.js';
import type { Parameter, Publication } from './publication.js';

/** A column by which a figure is broken down, beside scope and quarter. */
export interface Dimension {
  readonly type: 'int' | 'text';
  readonly meaning: string;
}

/**
 * What a figure is asked for. Scopes are `programme`, `strand:<id>` and `service:<id>`; null asks for every one at once.
 * Days bound a half-open period; null leaves it open, and both make lifetime, which is never a sum of periods.
 */
export interface FigureQuestion {
  readonly from: string | null;
  readonly until: string | null;
  /** One row for the whole period, or one for each financial quarter in it. */
  readonly by: 'period' | 'quarter';
  readonly scope: string | null;
}

/** A row of a figure’s answer: nothing is counted where there is no row. */
export type FigureRow<
  Columns extends Readonly<Record<string, CountColumn>> = Readonly<Record<string, CountColumn>>,
  Dimensions extends Readonly<Record<string, Dimension>> = Readonly<Record<string, Dimension>>,
> = {
  /** First day of the quarter, yyyy-mm-dd; null where the whole period is counted. */
  readonly start: string | null;
  readonly scope: string;
} & { readonly [Name in keyof Dimensions]: string | number | null } & Counts<Columns>;

/**
 * A figure: what it counts, by column, and the one query that counts it by scope and period. JSON, CSV, tables of pages
 * and of the command line, and the OpenAPI document follow from the columns.
 */
export interface Figure<
  Columns extends Readonly<Record<string, CountColumn>> = Readonly<Record<string, CountColumn>>,
  Dimensions extends Readonly<Record<string, Dimension>> = Readonly<Record<string, Dimension>>,
> extends Publication {
  readonly title: string;
  readonly columns: Columns;
  readonly dimensions: Dimensions;
}

const questionParameters: readonly Parameter[] = [
  { name: 'from', type: 'date' },
  { name: 'until', type: 'date' },
  { name: 'by', type: 'text' },
  { name: 'scope', type: 'text' },
];

/** The SQL yields `start` and `scope`, then the dimensions, then the columns, in their order. */
export function defineFigure<
  const Columns extends Readonly<Record<string, CountColumn>>,
  const Dimensions extends Readonly<Record<string, Dimension>>,
>(definition: {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly columns: Columns;
  readonly dimensions: Dimensions;
  readonly sql: string;
}): Figure<Columns, Dimensions> {
  return {
    ...definition,
    parameters: questionParameters,
    returns: [
      { name: 'start', type: 'text' },
      { name: 'scope', type: 'text' },
      ...Object.entries<Dimension>(definition.dimensions).map(([name, { type }]) => ({ name, type })),
      ...Object.keys(definition.columns).map((name): Parameter => ({ name, type: 'int' })),
    ],
  };
}
