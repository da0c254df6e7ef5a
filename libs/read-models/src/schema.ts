import { createHash } from 'node:crypto';
import type pg from 'pg';
import { readModels, readTables } from './registry.js';

/** The schema that readers see. A rebuild fills another schema and gives it this name in one step. */
export const LIVE_SCHEMA = 'golden';

/** Prefix of the name of a schema of read models at a past position, which follows it. */
export const AS_AT_SCHEMA = 'golden_at_';

/** The position of a schema of read models; it belongs to no read model. */
const checkpoint = `CREATE TABLE checkpoint (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL,
  tables_version text NOT NULL,
  -- How many have been given numbers, also those that are gone since.
  records int NOT NULL DEFAULT 0,
  individuals int NOT NULL DEFAULT 0,
  families int NOT NULL DEFAULT 0,
  submissions int NOT NULL DEFAULT 0
);`;

const lines = (statements: readonly string[]): string => statements.map((sql) => `${sql}\n`).join('');

/** Ids have 128 bits and are stored in `uuid` columns. */
const tables = `\n${lines([checkpoint, ...readTables.map(({ sql }) => sql)])}${readModels.map(({ views }) => views).join('')}`;

/** Indexes that readers need and bulk writing does not: creating them after the rows are written is cheapest. */
const indexes = `\n${readModels.map((readModel) => readModel.indexes).join('')}`;

/**
 * Changes whenever the tables or a read model’s version change: read models of another version are rebuilt, never
 * migrated.
 */
export const TABLES_VERSION = createHash('sha256')
  .update(tables)
  .update(indexes)
  // A first version adds nothing, so that read models from before versions were counted stay valid.
  .update(readModels.map(({ name, version }) => (version === 1 ? '' : `${name} ${version}\n`)).join(''))
  .digest('hex')
  .slice(0, 16);

/** Every table of a schema of read models. Views show the same data again. */
export const tableNames: readonly string[] = ['checkpoint', ...readTables.map(({ name }) => name)];

/** Every view: tables with ids and words. */
export const viewNames: readonly string[] = readModels.flatMap(({ views }) =>
  [...views.matchAll(/^CREATE VIEW (\w+)/gm)].flatMap(([, name]) => name ?? []),
);

const quoted = (schema: string): string => {
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(schema))
    throw new Error(`"${schema}" is not a valid name for a schema of read models`);
  return schema;
};

/** The role that may read the tables: an operator who inspects stored data. Services read what is published. */
const INSPECTOR = 'kinledger_inspector';

/** Creates empty read models in their own schema, replacing existing ones. Runs in the caller's transaction. */
export async function createReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await createBareReadModels(client, schema);
  await indexReadModels(client, schema);
}

/** Does the same, without what `indexReadModels` adds after filling. Runs in the caller's transaction. */
export async function createBareReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  const name = quoted(schema);
  await dropReadModels(client, name);
  await client.query(`CREATE SCHEMA ${name}`);
  await within(client, name, tables);
  await client.query(
    `GRANT USAGE ON SCHEMA ${name} TO ${INSPECTOR}; GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${INSPECTOR}`,
  );
  await beginCheckpoint(client, name);
}

/** The schema of tables that one session alone sees, and that are gone when it ends. */
export const TEMPORARY_SCHEMA = 'pg_temp';

/**
 * Creates bare read models that nobody else sees, for which a role needs no other right than temporary tables. Runs in the
 * caller's transaction.
 */
export async function createTemporaryReadModels(client: pg.ClientBase): Promise<void> {
  await within(client, TEMPORARY_SCHEMA, tables);
  await beginCheckpoint(client, TEMPORARY_SCHEMA);
}

const beginCheckpoint = (client: pg.ClientBase, schema: string) =>
  client.query(`INSERT INTO ${schema}.checkpoint (position, tables_version) VALUES (-1, $1)`, [
    TABLES_VERSION,
  ]);

/** Completes bare read models, so that they equal those of `createReadModels`. Runs in the caller's transaction. */
export async function indexReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await within(client, quoted(schema), indexes);
}

/**
 * Gives the planner statistics of the filled tables, which it would otherwise guess badly until autovacuum analyses
 * them. A small sample suffices until then.
 */
export async function analyseReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query('SET default_statistics_target TO 10');
  await client.query(`ANALYZE ${tableNames.map((table) => `${quoted(schema)}.${table}`).join(', ')}`);
  await client.query('RESET default_statistics_target');
}

async function within(client: pg.ClientBase, schema: string, statements: string): Promise<void> {
  const before = await client.query<{ search_path: string }>('SHOW search_path');
  await client.query(`SET search_path TO ${schema}`);
  await client.query(statements);
  await client.query(`SELECT set_config('search_path', $1, false)`, [before.rows[0]?.search_path ?? '']);
}

/** The last ledger position applied to a schema of read models, or undefined if there is none of this version. */
export async function readCheckpoint(client: pg.ClientBase, schema: string): Promise<number | undefined> {
  const exists = await client.query(`SELECT to_regclass($1) AS found`, [`${quoted(schema)}.checkpoint`]);
  if ((exists.rows[0] as { found: string | null }).found === null) return undefined;
  const { rows } = await client.query<{ position: number; tables_version: string }>(
    `SELECT position::float8 AS position, tables_version FROM ${quoted(schema)}.checkpoint`,
  );
  const [row] = rows;
  return row?.tables_version === TABLES_VERSION ? row.position : undefined;
}

/**
 * Gives rebuilt read models the name of existing ones, which are dropped: readers see the old or the new ones. Runs in
 * the caller's transaction.
 */
export async function swapReadModels(
  client: pg.ClientBase,
  rebuilt: string,
  name: string = LIVE_SCHEMA,
): Promise<void> {
  await dropReadModels(client, name);
  await client.query(`ALTER SCHEMA ${quoted(rebuilt)} RENAME TO ${quoted(name)}`);
}

/**
 * Drops read models if they exist. It takes a lock on the checkpoint, which every reader reads first: a reader that has
 * started finishes before, and no reader is interrupted.
 */
async function dropReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  const name = quoted(schema);
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('${name}.checkpoint') IS NOT NULL AS found`,
  );
  const lock = rows[0]?.found === true ? `LOCK TABLE ${name}.checkpoint IN ACCESS EXCLUSIVE MODE;` : '';
  await client.query(`${lock} DROP SCHEMA IF EXISTS ${name} CASCADE`);
}
