import { createHash } from 'node:crypto';
import type pg from 'pg';
import { readModels, readTables } from './registry.js';

/** The schema that readers see. A rebuild fills another one and takes this name in one step. */
export const LIVE_SCHEMA = 'golden';

/** What the name of a schema of read models at a past position begins with; the position follows. */
export const AS_AT_SCHEMA = 'golden_at_';

/** Where a schema of read models stands; it belongs to none of them. */
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

/** Ids are 128 bits: `uuid` columns. */
const tables = `\n${lines([checkpoint, ...readTables.map(({ sql }) => sql)])}${readModels.map(({ views }) => views).join('')}`;

/** What readers need and the writing of many rows does without: made at once over rows that are there, it costs least. */
const indexes = `\n${readModels.map((readModel) => readModel.indexes).join('')}`;

/** Changes whenever the tables or a read model’s version do: read models of another version are rebuilt, never patched. */
export const TABLES_VERSION = createHash('sha256')
  .update(tables)
  .update(indexes)
  // A first version adds nothing: read models that were made before versions were counted stand.
  .update(readModels.map(({ name, version }) => (version === 1 ? '' : `${name} ${version}\n`)).join(''))
  .digest('hex')
  .slice(0, 16);

/** Every table of a schema of read models. Views show the same again. */
export const tableNames: readonly string[] = ['checkpoint', ...readTables.map(({ name }) => name)];

/** Every view: tables by ids and words. */
export const viewNames: readonly string[] = readModels.flatMap(({ views }) =>
  [...views.matchAll(/^CREATE VIEW (\w+)/gm)].flatMap(([, name]) => name ?? []),
);

const quoted = (schema: string): string => {
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(schema))
    throw new Error(`"${schema}" cannot name a schema of read models`);
  return schema;
};

/** Who may read the tables: a person of the machine, who looks at what is stored. Services read what is published. */
const INSPECTOR = 'kinledger_inspector';

/** Creates empty read models in a schema of their own, in place of those that are there. In the caller's transaction. */
export async function createReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await createBareReadModels(client, schema);
  await indexReadModels(client, schema);
}

/** The same but for what `indexReadModels` adds once they are filled. In the caller's transaction. */
export async function createBareReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  const name = quoted(schema);
  await dropReadModels(client, name);
  await client.query(`CREATE SCHEMA ${name}`);
  await within(client, name, tables);
  await client.query(
    `GRANT USAGE ON SCHEMA ${name} TO ${INSPECTOR}; GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${INSPECTOR}`,
  );
  await client.query(`INSERT INTO ${name}.checkpoint (position, tables_version) VALUES (-1, $1)`, [
    TABLES_VERSION,
  ]);
}

/** Completes bare read models, which are as those of `createReadModels` then. In the caller's transaction. */
export async function indexReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await within(client, quoted(schema), indexes);
}

/**
 * Has the planner know how many rows there are of what: it would guess, and guess badly, until the server looks itself.
 * A small sample does until then.
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

/** Where a schema of read models stands: the last ledger position applied, or undefined where there is none of this version. */
export async function readCheckpoint(client: pg.ClientBase, schema: string): Promise<number | undefined> {
  const exists = await client.query(`SELECT to_regclass($1) AS found`, [`${quoted(schema)}.checkpoint`]);
  if ((exists.rows[0] as { found: string | null }).found === null) return undefined;
  const { rows } = await client.query<{ position: number; tables_version: string }>(
    `SELECT position::float8 AS position, tables_version FROM ${quoted(schema)}.checkpoint`,
  );
  const [row] = rows;
  return row?.tables_version === TABLES_VERSION ? row.position : undefined;
}

/** Gives rebuilt read models the name of others, which go: readers see the old ones or the new ones. In the caller's transaction. */
export async function swapReadModels(
  client: pg.ClientBase,
  rebuilt: string,
  name: string = LIVE_SCHEMA,
): Promise<void> {
  await dropReadModels(client, name);
  await client.query(`ALTER SCHEMA ${quoted(rebuilt)} RENAME TO ${quoted(name)}`);
}

/**
 * Drops read models, where there are any. It waits at the checkpoint, which every reader reads first: a reader that has
 * begun then has what it needs, and no other is in the middle.
 */
async function dropReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  const name = quoted(schema);
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('${name}.checkpoint') IS NOT NULL AS found`,
  );
  const lock = rows[0]?.found === true ? `LOCK TABLE ${name}.checkpoint IN ACCESS EXCLUSIVE MODE;` : '';
  await client.query(`${lock} DROP SCHEMA IF EXISTS ${name} CASCADE`);
}
