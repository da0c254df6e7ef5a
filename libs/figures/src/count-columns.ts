import { z } from 'zod';

/** What is counted: people and families are distinct, rows are not. */
export type Unit = 'people' | 'families' | 'rows';

/**
 * What disclosure control does to a column of a public release: it protects small values, computes a sum again from what
 * it protected, or leaves alone what says nothing of anybody.
 */
export type DisclosureClass = 'protected' | 'computed again' | 'open';

/** How a column reads where it names something that a figure does not count. */
export interface Uncounted {
  readonly name: string;
  readonly explanation: string;
  /** One line for a terminal. */
  readonly line: string;
  /** True where each could be one person more, so that the upper bound counts it. */
  readonly inUpperBound: boolean;
}

export interface CountColumn {
  readonly unit: Unit;
  readonly disclosure: DisclosureClass;
  /** What it counts, for the API’s document and a codebook. */
  readonly meaning: string;
  /** Head of a CSV column; the name in snake_case where it is left out. */
  readonly csv?: string;
  /** Head of a table that people read. */
  readonly heading?: string;
  readonly uncounted?: Uncounted;
}

export type CountColumns = Readonly<Record<string, CountColumn>>;

/** Counts by column. */
export type Counts<Columns extends CountColumns> = { readonly [Name in keyof Columns]: number };

/** Counts that are null where nothing is known of them, which is not 0. */
export type KnownCounts<Columns extends CountColumns> = { readonly [Name in keyof Columns]: number | null };

export const columnNames = <Columns extends CountColumns>(columns: Columns) =>
  Object.keys(columns) as (keyof Columns & string)[]; // the keys of an object that is exact by its type

/** What is counted where nothing is there to count. */
export const noughts = <Columns extends CountColumns>(columns: Columns): Counts<Columns> =>
  // One number for each column.
  Object.fromEntries(columnNames(columns).map((name) => [name, 0])) as Counts<Columns>;

const count = z.int().nonnegative();

/** Members of a JSON object that holds the counts, each described by its meaning. */
export const countMembers = <Columns extends CountColumns, Name extends keyof Columns & string>(
  columns: Columns,
  names: readonly Name[],
) =>
  // One schema for each name.
  Object.fromEntries(
    names.map((name) => [name, count.nullable().describe(columns[name]?.meaning ?? '')]),
  ) as { readonly [Each in Name]: z.ZodNullable<z.ZodInt> };

export const csvHeadOf = (name: string, { csv }: CountColumn): string =>
  csv ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What columns say of what a figure does not count, in the order of the names. */
export const uncountedColumns = <Name extends string>(
  columns: Readonly<Record<Name, CountColumn>>,
  names: readonly Name[],
) =>
  names.flatMap((column) => {
    const { uncounted } = columns[column];
    return uncounted === undefined ? [] : [{ column, ...uncounted }];
  });
