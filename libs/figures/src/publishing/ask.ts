import type pg from 'pg';
import type { CountColumns } from '../count-columns.js';
import { publishedRules } from '../directories/directories.js';
import { shownIdOf } from '../disclosure/shown-figure.js';
import type { Dimension, Figure, FigureQuestion, FigureRow, ShownRow } from '../figure.js';
import { functionOf, nameOf, type Publication } from '../publication.js';

/** Which read models to query: the live ones, or those at a past position. */
export interface AsAt {
  readonly asAt?: number | undefined;
}

/**
 * Runs a published query. `Row` is the shape of its rows.
 * @throws Error that `isMissing` recognises if there are no such read models, `isOvertaken` if a rebuild swapped them
 * meanwhile.
 */
export async function ask<Row extends pg.QueryResultRow>(
  client: Pick<pg.ClientBase, 'query'>,
  publication: Pick<Publication, 'id' | 'version' | 'parameters'>,
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

/** Runs a figure's query: by default the lifetime, in every scope. */
export const askFigure = <
  Columns extends CountColumns,
  Dimensions extends Readonly<Record<string, Dimension>>,
>(
  client: Pick<pg.ClientBase, 'query'>,
  figure: Figure<Columns, Dimensions>,
  { from = null, until = null, by = 'period', scope = null, asAt }: Partial<FigureQuestion> & AsAt,
): Promise<readonly FigureRow<Columns, Dimensions>[]> =>
  ask(client, figure, [from, until, by, scope], { asAt });

/** Runs a figure’s query as a reader may see it: closed quarters, as they were published. */
export const askShown = <
  Columns extends CountColumns,
  Dimensions extends Readonly<Record<string, Dimension>>,
>(
  client: Pick<pg.ClientBase, 'query'>,
  figure: Figure<Columns, Dimensions>,
  { from = null, until = null, by = 'period', scope = null, asAt }: Partial<FigureQuestion> & AsAt,
): Promise<readonly ShownRow<Columns, Dimensions>[]> =>
  ask(client, { ...figure, id: shownIdOf(figure) }, [from, until, by, scope], { asAt });

/** By which rule of disclosure control each quarter of a figure was published, by the first day of the quarter, earliest first. */
export async function publishedRulesOf(
  client: Pick<pg.ClientBase, 'query'>,
  figure: Pick<Figure, 'id' | 'version'>,
  asAt: AsAt = {},
): Promise<ReadonlyMap<string, string>> {
  const rows = await ask<{ start: string; rule: string }>(client, publishedRules, [nameOf(figure)], asAt);
  return new Map(rows.map(({ start, rule }) => [start, rule]));
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/**
 * SQLSTATEs: no_data_found; undefined_table while a schema is dropped; undefined_function and invalid_schema_name
 * before the first publishing.
 */
const missing: ReadonlySet<unknown> = new Set(['P0002', '42P01', '42883', '3F000']);

/** Whether the read models do not exist, or nothing is published yet. */
export const isMissing = (error: unknown): boolean => missing.has(codeOf(error));

/** Whether read models were swapped after the transaction began; a new transaction sees them. */
export const isOvertaken = (error: unknown): boolean => codeOf(error) === '40001';
