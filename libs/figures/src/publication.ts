/** PostgreSQL types that cross the schema `published`. */
export type SqlType =
  'bigint' | 'boolean' | 'date' | 'double precision' | 'int' | 'jsonb' | 'text' | 'text[]' | 'uuid';

export interface Parameter {
  readonly name: string;
  readonly type: SqlType;
}

/**
 * One query that the reporting role may ask of the read models, and all that it may: a function of the schema
 * `published`. A version never changes once it was published; a query that answers otherwise is the next version.
 */
export interface Publication {
  /** Lower case with hyphens. */
  readonly id: string;
  readonly version: number;
  readonly parameters: readonly Parameter[];
  /** The columns of an answer, in the order of the query’s. */
  readonly returns: readonly Parameter[];
  /** Tables of the read models stand without a schema; $1 and on are the parameters. */
  readonly sql: string;
}

/** Name of the function: `reach@1` is `published.reach_1`. */
export const functionOf = ({ id, version }: Pick<Publication, 'id' | 'version'>): string =>
  `published.${id.replaceAll('-', '_')}_${version}`;

/** `reach@1`. */
export const nameOf = ({ id, version }: Pick<Publication, 'id' | 'version'>): string => `${id}@${version}`;
