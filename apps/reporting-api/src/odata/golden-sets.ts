import {
  columnsOf,
  GOLDEN_SCHEMA,
  goldenTables,
  shownColumn,
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

/** Reads pages of sets from the views of the golden dataset. */
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
      const values = options.where?.values ?? [];
      const where = options.where === undefined ? '' : ` WHERE ${options.where.sql}`;
      const from = `FROM ${GOLDEN_SCHEMA}.${quoted(table.name)}${where}`;
      // One row more tells whether there is another page.
      const { rows } = await rowsOf<Record<string, GoldenValue>>(
        client,
        `SELECT ${options.columns.map((column) => `${shownColumn(column)} AS ${quoted(column.name)}`).join(', ')}
         ${from} ORDER BY ${orderOf(table, options)} OFFSET $${values.length + 1}::bigint LIMIT $${values.length + 2}::bigint`,
        [...values, options.skip + begun, Math.min(wanted + 1, left)],
      );
      const more = rows.length > wanted;
      return {
        rows: rows.slice(0, wanted),
        count: options.count ? await countOf(client, from, values) : undefined,
        next: more ? nextAddress(table.name, options, { position, offset: begun + wanted }) : undefined,
      };
    });
  }

  async count(table: GoldenTable, options: QueryOptions): Promise<number> {
    const where = options.where === undefined ? '' : ` WHERE ${options.where.sql}`;
    return this.#readModels.read(({ client }) =>
      countOf(client, `FROM ${GOLDEN_SCHEMA}.${quoted(table.name)}${where}`, options.where?.values ?? []),
    );
  }
}

/** @throws Problem 400 where PostgreSQL cannot work with a value of the query (SQLSTATE class 22). */
async function rowsOf<T extends pg.QueryResultRow>(
  client: Pick<pg.ClientBase, 'query'>,
  sql: string,
  values: readonly unknown[],
): Promise<pg.QueryResult<T>> {
  try {
    return await client.query<T>(sql, [...values]);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code?.startsWith('22') === true)
      throw refused('The query has a value that is outside of what its type holds.');
    throw error;
  }
}

async function countOf(
  client: Pick<pg.ClientBase, 'query'>,
  from: string,
  values: readonly unknown[],
): Promise<number> {
  const { rows } = await rowsOf<{ count: number }>(
    client,
    `SELECT count(*)::float8 AS count ${from}`,
    values,
  );
  return rows[0]?.count ?? 0;
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
