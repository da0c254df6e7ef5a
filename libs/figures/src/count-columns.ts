import { z } from 'zod';

/**
 * The unit of a count. People and families are counted once each; rows are not distinct. Entries, and amounts in the unit that a row
 * names, are of nobody. What else is measured is in points of an instrument, in minutes, or a ratio.
 */
export type Unit = 'people' | 'families' | 'rows' | 'entries' | 'amount' | 'points' | 'minutes' | 'ratio';

/**
 * How disclosure control treats a column of a public release: `protected` suppresses small values, `computed again`
 * sums the protected values again, `mean` shows a mean, or what else is measured of several people together, only where each
 * of the counts that it is of is large enough, `open` changes nothing.
 */
export type DisclosureClass = 'protected' | 'computed again' | 'mean' | 'open';

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
  /** A number with a fraction, null where there is nothing to measure. Absent: a whole count, 0 where nothing counts. */
  readonly kind?: 'measured';
  /** The protected columns whose sum it is, where it is computed again. */
  readonly sumOf?: readonly string[];
  /** The counts of the people, pairs or rows that it is measured of, where it is a mean. */
  readonly meanOf?: readonly string[];
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

/** Counts by column; what is measured may be null. */
export type Counts<Columns extends CountColumns> = {
  readonly [Name in keyof Columns]: Columns[Name] extends { readonly kind: 'measured' }
    ? number | null
    : number;
};

/** Counts that are null if unknown, as distinct from 0. */
export type KnownCounts<Columns extends CountColumns> = { readonly [Name in keyof Columns]: number | null };

export const columnNames = <Columns extends CountColumns>(columns: Columns) =>
  Object.keys(columns) as (keyof Columns & string)[]; // the keys of an object that is exact by its type

/** A count of 0 for every column; nothing where it is measured. */
export const noughts = <Columns extends CountColumns>(columns: Columns): Counts<Columns> =>
  // One count per column.
  Object.fromEntries(
    columnNames(columns).map((name) => [name, columns[name]?.kind === 'measured' ? null : 0]),
  ) as Counts<Columns>;

const count = z.int().nonnegative();
const measured = z.number();

/** Members of a JSON object with the counts, each described by its meaning. */
export const countMembers = <Columns extends CountColumns, Name extends keyof Columns & string>(
  columns: Columns,
  names: readonly Name[],
) =>
  // One schema per name.
  Object.fromEntries(
    names.map((name) => {
      const { kind, meaning = '' }: Partial<CountColumn> = columns[name] ?? {};
      return [name, (kind === 'measured' ? measured : count).nullable().describe(meaning)];
    }),
  ) as { readonly [Each in Name]: z.ZodNullable<z.ZodNumber> };

/**
 * A column that follows from the others of its row. It is computed from what is shown of them, and null where that is not
 * enough: it tells nobody more than they do.
 */
export interface DerivedColumn {
  readonly unit: 'per cent' | 'ratio' | 'points' | 'minutes' | 'hours' | 'rows' | 'rating';
  readonly meaning: string;
  readonly csv?: string;
  readonly heading?: string;
  /** @param row the columns of the row as they are shown. */
  readonly of: (row: ShownCounts) => number | string | null;
}
export type DerivedColumns = Readonly<Record<string, DerivedColumn>>;

/** The columns of a row as they are shown: null is unknown, suppressed or not measured. */
export type ShownCounts = Readonly<Record<string, number | null | undefined>>;

export const csvHeadOf = (name: string, { csv }: CountColumn | DerivedColumn): string =>
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
