import { createHash } from 'node:crypto';
import type pg from 'pg';

/** The schema that readers see. A rebuild fills another one and takes this name in one step. */
export const LIVE_SCHEMA = 'golden';

/**
 * The golden dataset. Ids are 128 bits: `uuid` columns. A fact's table holds what its row says; where the row
 * belongs, and whether it counts, stands once, in `record`.
 */
const tables = `
CREATE TABLE checkpoint (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  position bigint NOT NULL,
  tables_version text NOT NULL
);
CREATE TABLE programme (
  programme text PRIMARY KEY,
  definition jsonb NOT NULL,
  definition_digest text NOT NULL,
  strategy text,
  defined_at bigint NOT NULL
);
CREATE TABLE strand (strand text PRIMARY KEY, name text NOT NULL, ordinal int NOT NULL);
CREATE TABLE service (
  service text PRIMARY KEY,
  strand text,
  name text NOT NULL,
  provider text NOT NULL,
  administrative boolean NOT NULL,
  individual_beneficiaries boolean NOT NULL,
  ordinal int NOT NULL
);
CREATE TABLE dataset (
  dataset text PRIMARY KEY,
  service text NOT NULL,
  data_type text NOT NULL,
  extract_kind text NOT NULL,
  authority int NOT NULL,
  session_kinds text[] NOT NULL
);
CREATE TABLE area (lsoa text PRIMARY KEY, deprivation_decile int NOT NULL, in_area boolean NOT NULL);
CREATE TABLE submission (
  submission_id uuid PRIMARY KEY,
  intake int NOT NULL,
  provider text,
  dataset text,
  period text,
  period_start date,
  sequence int,
  extract_kind text,
  state text NOT NULL,
  reason text,
  attested_by text,
  on_behalf_of text,
  agreement text,
  pseudonymised_at_source boolean,
  supersedes uuid[] NOT NULL,
  counts jsonb,
  findings jsonb,
  outcomes jsonb,
  received_at timestamptz,
  opened bigint NOT NULL,
  closed bigint NOT NULL
);
CREATE TABLE record (
  record_id uuid PRIMARY KEY,
  row_key uuid NOT NULL,
  dataset text NOT NULL,
  submission_id uuid NOT NULL,
  role text NOT NULL,
  state text NOT NULL CHECK (state IN ('linked', 'set-aside', 'retired')),
  reason text,
  individual_id uuid,
  entered bigint NOT NULL,
  -- A person record, or a fact with attributes: survivorship looks at no other while an individual has one.
  attributed boolean NOT NULL,
  -- The day of the event or of the registration.
  as_of date,
  -- What tells this row's person from others (see marksOf): 1 an NHS number, 2 a birth date or a child key, 3 both.
  marks smallint NOT NULL,
  -- Stands for the provider's own case number; compared only among the records of one individual.
  case_mark bigint
);
CREATE INDEX record_individual ON record (individual_id);
CREATE TABLE record_attribute (
  record_id uuid NOT NULL,
  attributes jsonb NOT NULL
);
CREATE TABLE engagement (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  session_kind text NOT NULL,
  attended boolean NOT NULL,
  minutes int,
  qualifying boolean NOT NULL
);
CREATE TABLE outcome (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  instrument text NOT NULL,
  measure text NOT NULL,
  occasion text NOT NULL,
  score double precision NOT NULL
);
CREATE TABLE feedback (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  question text NOT NULL,
  rating int NOT NULL
);
CREATE TABLE input (
  record_id uuid NOT NULL,
  event_date date NOT NULL,
  category text NOT NULL,
  item text NOT NULL,
  quantity double precision NOT NULL,
  unit text NOT NULL
);
CREATE TABLE individual (
  individual_id uuid PRIMARY KEY,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  provenance jsonb NOT NULL,
  registered bigint NOT NULL,
  forwarded_to uuid
);
CREATE TABLE relationship (
  relationship_id uuid PRIMARY KEY,
  kind text NOT NULL,
  child_id uuid NOT NULL,
  other_id uuid NOT NULL,
  domain text NOT NULL
);
CREATE TABLE family (
  family_id uuid PRIMARY KEY,
  scope text NOT NULL,
  review boolean NOT NULL
);
CREATE TABLE family_member (
  scope text NOT NULL,
  individual_id uuid NOT NULL,
  family_id uuid NOT NULL,
  PRIMARY KEY (scope, individual_id)
);
CREATE TABLE referral (
  referral_id uuid PRIMARY KEY,
  reason text NOT NULL,
  rule text NOT NULL,
  subject uuid NOT NULL,
  candidates uuid[] NOT NULL,
  referred bigint NOT NULL
);
-- Objects laid over one another, in the order in which they come: the last word on a member stands.
CREATE AGGREGATE merged (jsonb) (SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}');
`;

/** What readers need and the writing of many rows does without: made at once over rows that are there, it costs least. */
const indexes = `
ALTER TABLE record_attribute ADD PRIMARY KEY (record_id);
ALTER TABLE engagement ADD PRIMARY KEY (record_id);
ALTER TABLE outcome ADD PRIMARY KEY (record_id);
ALTER TABLE feedback ADD PRIMARY KEY (record_id);
ALTER TABLE input ADD PRIMARY KEY (record_id);
CREATE INDEX record_attributed ON record (individual_id) WHERE attributed;
CREATE INDEX engagement_date ON engagement (event_date);
CREATE INDEX family_member_family ON family_member (family_id);
`;

/** Changes whenever the tables do: read models of another version are rebuilt, never patched. */
export const TABLES_VERSION = createHash('sha256').update(tables).update(indexes).digest('hex').slice(0, 16);

export const tableNames = [...tables.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name ?? '');

const quoted = (schema: string): string => {
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(schema))
    throw new Error(`"${schema}" cannot name a schema of read models`);
  return schema;
};

/** Creates empty read models in a schema of their own and lets the reporting role read them. In the caller's transaction. */
export async function createReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  await createBareReadModels(client, schema);
  await indexReadModels(client, schema);
}

/** The same but for what `indexReadModels` adds once they are filled. In the caller's transaction. */
export async function createBareReadModels(client: pg.ClientBase, schema: string): Promise<void> {
  const name = quoted(schema);
  await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}`);
  await within(client, name, tables);
  await client.query(
    `GRANT USAGE ON SCHEMA ${name} TO kinledger_reporting; GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO kinledger_reporting`,
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
  await client.query(`DROP SCHEMA IF EXISTS ${quoted(name)} CASCADE`);
  await client.query(`ALTER SCHEMA ${quoted(rebuilt)} RENAME TO ${quoted(name)}`);
}
