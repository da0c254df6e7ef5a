import {
  columnsOf,
  countFunction,
  goldenTables,
  rowsFunction,
  shownColumn,
  type Asked,
  type GoldenTable,
  type GoldenValue,
} from '@kinledger/golden';
import { hasRole, Problem, type Caller } from '@kinledger/service-kit';
import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { ReadModels } from '../read-models/read-models.js';
import { nextAddress, type QueryOptions } from './query-options.js';
import { refused } from './refused.js';

/** Rows of a page. A client that wants more follows the address of the next one. */
const PAGE = 5_000;

export interface Page {
  readonly rows: readonly Readonly<Record<string, GoldenValue>>[];
  readonly count: number | undefined;
  readonly next: string | undefined;
}

/** The sets that a caller may read: the data team all of them, others what is cleared. */
export const setsOf = (caller: Caller): readonly GoldenTable[] =>
  goldenTables.filter(({ readers }) => readers === 'everybody' || hasRole(caller, 'data-team'));

/** @throws Problem 404 for a set that is not there, or not for the caller. */
export function setNamed(caller: Caller, name: string): GoldenTable {
  const table = setsOf(caller).find((each) => each.name === name);
  if (table === undefined)
    throw new Problem(404, 'not-found', { detail: 'There is no set of this name for you.' });
  return table;
}

const { escapeIdentifier: quoted } = pg;

/** Reads pages of sets from the functions behind the views of the golden dataset. */
@Injectable()
export class GoldenSets {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /** @throws Problem 400 if the page before was read at another ledger position: rows could come twice, or never. */
  async page(table: GoldenTable, options: QueryOptions): Promise<Page> {
    return this.#readModels.read(async ({ client, position }) => {
      const { page } = options;
      if (page !== undefined && page.position !== position)
        throw refused('The golden dataset has changed since the first page: begin again without $skiptoken.');
      const begun = page?.offset ?? 0;
      const left = options.top === undefined ? Infinity : options.top - begun;
      if (left < 0) throw refused('$skiptoken is of a query with another $top.');
      const wanted = Math.min(PAGE, left);
      // One row more tells whether there is another page.
      const rows = await rowsOf(client, table, options, { begun, most: Math.min(wanted + 1, left) });
      const last = rows[wanted - 1];
      return {
        rows: rows.slice(0, wanted).map((row) => chosen(row, options)),
        count: options.count ? await countOf(client, table, options) : undefined,
        next:
          rows.length > wanted && last !== undefined
            ? nextAddress(table.name, options, {
                ...{ position, offset: begun + wanted },
                key: continuesByKey(options) ? keyOf(table, last) : undefined,
              })
            : undefined,
      };
    });
  }

  async count(table: GoldenTable, options: QueryOptions): Promise<number> {
    return this.#readModels.read(({ client }) => countOf(client, table, options));
  }
}

type Row = Readonly<Record<string, GoldenValue>>;

/** Whether the next page may be asked for by the last key: finding it takes no longer the further it is. */
const continuesByKey = ({ orderBy, narrowing }: QueryOptions): boolean =>
  orderBy.length === 0 && narrowing.whole;

const keyOf = ({ key }: GoldenTable, row: Row): readonly (string | number)[] =>
  key.map((name) => {
    const value = row[name];
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Error(`${name} is part of a key, and a row has no text and no number for it`);
    return value;
  });

const chosen = (row: Row, { columns }: QueryOptions): Row =>
  Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));

/**
 * Rows of a page. The database is asked for no more of a table than its comparisons leave; where these are all that the
 * query says, it orders and ends there too.
 */
async function rowsOf(
  client: Pick<pg.ClientBase, 'query'>,
  table: GoldenTable,
  options: QueryOptions,
  { begun, most }: { readonly begun: number; readonly most: number },
): Promise<readonly Row[]> {
  const { where, narrowing, orderBy, page, skip } = options;
  if (page?.key !== undefined && (!continuesByKey(options) || page.key.length !== table.key.length))
    throw refused('$skiptoken is of another query.');
  const narrowed: Asked = { where: narrowing.where };
  const asked: Asked = !narrowing.whole
    ? narrowed
    : {
        ...narrowed,
        order: orderBy.map(({ column, descending }) => ({ column: column.name, descending })),
        ...(page?.key === undefined ? { skip: skip + begun } : { after: page.key }),
        most,
      };
  const rest = narrowing.whole
    ? { condition: '', values: [], place: '' }
    : {
        condition: ` WHERE ${where?.sql ?? 'true'}`,
        values: [...(where?.values ?? [])],
        place: ` OFFSET ${skip + begun} LIMIT ${most}`,
      };
  const shown = columnsOf(table)
    .filter(({ name }) => table.key.includes(name) || options.columns.some((column) => column.name === name))
    .map((column) => `${shownColumn(column)} AS ${quoted(column.name)}`);
  return answered<Row>(
    client,
    `SELECT ${shown.join(', ')} FROM ${rowsFunction(table)}($${rest.values.length + 1}::jsonb) AS shown${rest.condition}
     ORDER BY ${orderOf(table, options)}${rest.place}`,
    [...rest.values, JSON.stringify(asked)],
  );
}

async function countOf(
  client: Pick<pg.ClientBase, 'query'>,
  table: GoldenTable,
  { where, narrowing }: QueryOptions,
): Promise<number> {
  const asked: Asked = { where: narrowing.where };
  const [row] =
    where === undefined || narrowing.whole
      ? await answered<{ count: number }>(
          client,
          `SELECT ${countFunction(table)}($1::jsonb)::float8 AS count`,
          [JSON.stringify(asked)],
        )
      : await answered<{ count: number }>(
          client,
          `SELECT count(*)::float8 AS count FROM ${rowsFunction(table)}($${where.values.length + 1}::jsonb) WHERE ${where.sql}`,
          [...where.values, JSON.stringify(asked)],
        );
  return row?.count ?? 0;
}

/** @throws Problem 400 where PostgreSQL cannot work with a value of the query (SQLSTATE class 22). */
async function answered<T extends pg.QueryResultRow>(
  client: Pick<pg.ClientBase, 'query'>,
  sql: string,
  values: readonly unknown[],
): Promise<readonly T[]> {
  try {
    return (await client.query<T>(sql, [...values])).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code?.startsWith('22') === true)
      throw refused('The query has a value that is outside of what its type holds.');
    throw error;
  }
}

/** By what is asked for, then by the key, so that pages neither overlap nor leave gaps. Null is the least value. */
function orderOf(table: GoldenTable, { orderBy }: QueryOptions): string {
  const keys = columnsOf(table).filter(({ name }) => table.key.includes(name));
  return [...orderBy, ...keys.map((column) => ({ column, descending: false }))]
    .map(
      ({ column: { name, type }, descending }) =>
        `${quoted(name)}${type === 'text' ? ' COLLATE "C"' : ''} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`,
    )
    .join(', ');
}
