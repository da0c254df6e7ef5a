import { z } from 'zod';

/** The unit of a count. People and families are counted once each; rows are not distinct. */
export type Unit = 'people' | 'families' | 'rows';

/**
 * How disclosure control treats a column of a public release: `protected` suppresses small values, `computed again`
 * sums the protected values again, `open` changes nothing.
 */
export type DisclosureClass = 'protected' | 'computed again' | 'open';

/** Texts of a column for rows or people that a figure does not count. */
export interface Uncounted {
  readonly name: string;
  readonly explanation: string;
  /** One line for a terminal. */
  readonly line: string;
  /** Whether each could be one more person, so that the upper bound includes it. */
  readonly inUpperBound: boolean;
}

export interface CountColumn {
  readonly unit: Unit;
  readonly disclosure: DisclosureClass;
  /** The protected columns whose sum it is, where it is computed again. */
  readonly sumOf?: readonly string[];
  /**
   * What one individual’s erased row may change of it at most, where that is more than that individual: the children of
   * whom it is a carer, or as many as it has rows.
   */
  readonly mayChangeBy?: 'children' | 'rows';
  /** What it counts, for the API document and a codebook. */
  readonly meaning: string;
  /** Heading of the CSV column; by default the name in snake_case. */
  readonly csv?: string;
  /** Heading in tables for people. */
  readonly heading?: string;
  readonly uncounted?: Uncounted;
}

export type CountColumns = Readonly<Record<string, CountColumn>>;

/** Counts by column. */
export type Counts<Columns extends CountColumns> = { readonly [Name in keyof Columns]: number };

/** Counts that are null if unknown, as distinct from 0. */
export type KnownCounts<Columns extends CountColumns> = { readonly [Name in keyof Columns]: number | null };

export const columnNames = <Columns extends CountColumns>(columns: Columns) =>
  Object.keys(columns) as (keyof Columns & string)[]; // the keys of an object that is exact by its type

/** A count of 0 for every column. */
export const noughts = <Columns extends CountColumns>(columns: Columns): Counts<Columns> =>
  // One count per column.
  Object.fromEntries(columnNames(columns).map((name) => [name, 0])) as Counts<Columns>;

const count = z.int().nonnegative();

/** Members of a JSON object with the counts, each described by its meaning. */
export const countMembers = <Columns extends CountColumns, Name extends keyof Columns & string>(
  columns: Columns,
  names: readonly Name[],
) =>
  // One schema per name.
  Object.fromEntries(
    names.map((name) => [name, count.nullable().describe(columns[name]?.meaning ?? '')]),
  ) as { readonly [Each in Name]: z.ZodNullable<z.ZodInt> };

export const csvHeadOf = (name: string, { csv }: CountColumn): string =>
  csv ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The texts of columns for what a figure does not count, in the order of the names. */
export const uncountedColumns = <Name extends string>(
  columns: Readonly<Record<Name, CountColumn>>,
  names: readonly Name[],
) =>
  names.flatMap((column) => {
    const { uncounted } = columns[column];
    return uncounted === undefined ? [] : [{ column, ...uncounted }];
  });
