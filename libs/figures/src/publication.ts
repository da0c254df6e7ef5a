/** PostgreSQL types of the functions in the schema `published`. */
export type SqlType =
  'bigint' | 'boolean' | 'date' | 'double precision' | 'int' | 'jsonb' | 'text' | 'text[]' | 'uuid';

export interface Parameter {
  readonly name: string;
  readonly type: SqlType;
}

/**
 * A query that the reporting role may run on the read models, as a function of the schema `published`; it may run no
 * others. A published version never changes: to change what a query answers, add the next version.
 */
export interface Publication {
  /** Lower case with hyphens. */
  readonly id: string;
  readonly version: number;
  readonly parameters: readonly Parameter[];
  /** The columns of the answer, in the query’s order. */
  readonly returns: readonly Parameter[];
  /** Names tables of the read models without a schema; $1 onwards are the parameters. */
  readonly sql: string;
}

/** Name of the function: `published.reach_1` for `reach@1`. */
export const functionOf = ({ id, version }: Pick<Publication, 'id' | 'version'>): string =>
  `published.${id.replaceAll('-', '_')}_${version}`;

/** Name with version, such as `reach@1`. */
export const nameOf = ({ id, version }: Pick<Publication, 'id' | 'version'>): string => `${id}@${version}`;
