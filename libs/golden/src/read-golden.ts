import { readInBatches } from '@kinledger/database';
import pg from 'pg';
import { columnsOf, type GoldenTable, type NamedColumn } from './golden-table.js';
import { GOLDEN_SCHEMA } from './publish-golden.js';

/** A value of a column: dates as yyyy-mm-dd, points in time as ISO 8601 in UTC. */
export type GoldenValue = string | number | boolean | null;

/** Enough that asking takes little time, and few enough to hold. */
const ROWS_AT_A_TIME = 10_000;

const { escapeIdentifier: quoted } = pg;

/** SQL of a column as the value that exports show. */
export const shownColumn = ({ name, type }: Pick<NamedColumn, 'name' | 'type'>): string =>
  type === 'timestamptz'
    ? `to_char(${quoted(name)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : type === 'date'
      ? `to_char(${quoted(name)}, 'YYYY-MM-DD')`
      : type === 'bigint'
        ? `${quoted(name)}::float8`
        : quoted(name);

/** Reads a table in parts, in the order of its key, in the client’s transaction. */
export const readGolden = (
  client: pg.ClientBase,
  table: GoldenTable,
): AsyncGenerator<readonly (readonly GoldenValue[])[]> =>
  readInBatches<readonly GoldenValue[]>(
    client,
    {
      text: `SELECT ${columnsOf(table).map(shownColumn).join(', ')}
     FROM ${GOLDEN_SCHEMA}.${quoted(table.name)} ORDER BY ${table.key.map(quoted).join(', ')}`,
      rowMode: 'array',
    },
    ROWS_AT_A_TIME,
  );
