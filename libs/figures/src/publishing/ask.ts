import type pg from 'pg';
import type { CountColumns } from '../count-columns.js';
import type { Dimension, Figure, FigureQuestion, FigureRow } from '../figure.js';
import { functionOf, type Publication } from '../publication.js';

/** Of which read models: the live ones, or those that stand at a past position. */
export interface AsAt {
  readonly asAt?: number | undefined;
}

/**
 * Asks for what is published. `Row` is the shape that the publication returns.
 * @throws Error that `isMissing` knows where no such read models stand, `isOvertaken` where a rebuild came in between.
 */
export async function ask<Row extends pg.QueryResultRow>(
  client: Pick<pg.ClientBase, 'query'>,
  publication: Publication,
  values: readonly unknown[] = [],
  { asAt }: AsAt = {},
): Promise<readonly Row[]> {
  const places = ['$1', ...publication.parameters.map((_, index) => `$${index + 2}`)];
  const { rows } = await client.query<Row>(`SELECT * FROM ${functionOf(publication)}(${places.join(', ')})`, [
    asAt ?? null,
    ...values,
  ]);
  return rows;
}

/** Asks a figure: the whole of lifetime, in every scope, unless the question says otherwise. */
export const askFigure = <
  Columns extends CountColumns,
  Dimensions extends Readonly<Record<string, Dimension>>,
>(
  client: Pick<pg.ClientBase, 'query'>,
  figure: Figure<Columns, Dimensions>,
  { from = null, until = null, by = 'period', scope = null, asAt }: Partial<FigureQuestion> & AsAt,
): Promise<readonly FigureRow<Columns, Dimensions>[]> =>
  ask(client, figure, [from, until, by, scope], { asAt });

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** PostgreSQL: no_data_found; undefined_table of a schema that goes; undefined_function and invalid_schema_name before the first publishing. */
const missing: ReadonlySet<unknown> = new Set(['P0002', '42P01', '42883', '3F000']);

/** Whether no read models stand there, or nothing is published yet. */
export const isMissing = (error: unknown): boolean => missing.has(codeOf(error));

/** Whether read models were swapped in after the transaction began: another one sees them. */
export const isOvertaken = (error: unknown): boolean => codeOf(error) === '40001';
