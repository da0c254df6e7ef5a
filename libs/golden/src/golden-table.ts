/** PostgreSQL types of the columns of the golden dataset. */
export type GoldenType = 'bigint' | 'boolean' | 'date' | 'double precision' | 'int' | 'text' | 'timestamptz';

/** A column that names a row of another table by its key. */
export interface Reference {
  readonly table: string;
  /** The role that a date plays here: the same dates are in the view of this name, their columns named after it. */
  readonly role?: string;
}

export interface GoldenColumn {
  readonly type: GoldenType;
  /** Absent: a value always. */
  readonly nullable?: true;
  readonly meaning: string;
  readonly unit?: string;
  /** The field of a file, of the programme definition, or of the ledger that it comes from. */
  readonly source: string;
  /** The rule by which it is computed, where it is not taken as it is. */
  readonly definition?: string;
  readonly refersTo?: Reference;
}

/** Who may read a table: the data team alone, because it has a row for a person, or everybody who reads cleared tables. */
export type Readers = 'data team' | 'everybody';

/**
 * A table of the golden dataset. The database's views, the generated documentation, and the metadata of every export
 * follow from it.
 */
export interface GoldenTable {
  /** Lower case with underscores. */
  readonly name: string;
  readonly kind: 'fact' | 'dimension' | 'bridge';
  /** What one row is. */
  readonly grain: string;
  readonly meaning: string;
  readonly readers: Readers;
  /** Columns that identify a row. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, GoldenColumn>>;
  /** Common table expressions that `sql` reads, as they stand after WITH. */
  readonly common?: string;
  /** A SELECT that names tables of the read models without a schema, and returns the columns in their order. */
  readonly sql: string;
}

export interface NamedColumn extends GoldenColumn {
  readonly name: string;
}

export const columnsOf = ({ columns }: Pick<GoldenTable, 'columns'>): readonly NamedColumn[] =>
  Object.entries(columns).map(([name, column]) => ({ name, ...column }));
