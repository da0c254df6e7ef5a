import { createHash } from 'node:crypto';
import { clientRoleNames, postgresRole, type ClientRoleName, type RoleName } from '@kinledger/database';
import { publishSchema } from '@kinledger/figures';
import pg from 'pg';
import { columnsOf, type GoldenTable, type Readers } from './golden-table.js';
import { dateRoles, GOLDEN_VERSION, goldenTables } from './golden-tables.js';

/** The schema that analysts see. */
export const GOLDEN_SCHEMA = `golden_v${GOLDEN_VERSION}`;

/** The functions that the views show. Nobody may use this schema by name. */
const ROWS = `${GOLDEN_SCHEMA}_rows`;

/**
 * The inspector, an operator who may read the read models themselves, reads this view of them too. The reporting API serves
 * it by OData, and tells apart who may read what.
 */
const readingRoles = [...clientRoleNames, 'inspector', 'reporting'] as const satisfies readonly (
  ClientRoleName | RoleName
)[];

const readersOf: Readonly<Record<Readers, readonly (typeof readingRoles)[number][]>> = {
  'data team': ['analyst', 'inspector', 'reporting'],
  everybody: readingRoles,
};

const { escapeIdentifier: quoted, escapeLiteral: text } = pg;

/**
 * A view is bound to its tables, and would go with them when a rebuild swaps the schema. So each view shows a function,
 * which finds the read models at each call, and reads their checkpoint first, as the functions of `published` do: a
 * swap waits until the reader’s transaction ends, and neither waits for the other.
 */
function functionOfTable(table: GoldenTable): string {
  const name = `${ROWS}.${quoted(table.name)}`;
  const returned = columnsOf(table).map(({ name: column, type }) => `${quoted(column)} ${type}`);
  return `CREATE FUNCTION ${name}() RETURNS TABLE (${returned.join(', ')})
  LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS ${table.kind === 'dimension' ? 1_000 : 100_000} SET search_path = pg_catalog, pg_temp AS $golden$
BEGIN
  PERFORM set_config('search_path', published.schema_at(NULL) || ', pg_temp', true);
  RETURN QUERY EXECUTE $query$${table.sql}$query$;
END
$golden$;
REVOKE ALL ON FUNCTION ${name}() FROM PUBLIC;`;
}

function viewOfTable(table: GoldenTable): string {
  const name = `${GOLDEN_SCHEMA}.${quoted(table.name)}`;
  const columns = columnsOf(table);
  return [
    functionOfTable(table),
    `CREATE VIEW ${name} AS SELECT ${columns.map((column) => quoted(column.name)).join(', ')} FROM ${ROWS}.${quoted(table.name)}();`,
    `COMMENT ON VIEW ${name} IS ${text(`${table.meaning} One row: ${table.grain}.`)};`,
    ...columns.map(
      (column) => `COMMENT ON COLUMN ${name}.${quoted(column.name)} IS ${text(column.meaning)};`,
    ),
  ].join('\n');
}

const viewsOfRoles = dateRoles.map(({ name, columns }) =>
  [
    `CREATE VIEW ${GOLDEN_SCHEMA}.${quoted(name)} AS SELECT ${columns
      .map((column) => `${quoted(column.shows)} AS ${quoted(column.name)}`)
      .join(', ')} FROM ${GOLDEN_SCHEMA}.date;`,
    `COMMENT ON VIEW ${GOLDEN_SCHEMA}.${quoted(name)} IS ${text(`The table date in the role ${name}.`)};`,
  ].join('\n'),
);

/** Grants to the roles that this cluster has. A view of dates in a role calls the function of dates. */
const grants = `
DO $$
DECLARE
  granted record;
BEGIN
  FOR granted IN SELECT * FROM (VALUES ${readingRoles
    .flatMap((role) => [
      `('${postgresRole(role)}', 'USAGE ON SCHEMA ${GOLDEN_SCHEMA}')`,
      ...[...goldenTables, ...dateRoles]
        .filter(({ readers }) => readersOf[readers].includes(role))
        .map(({ name }) => `('${postgresRole(role)}', 'SELECT ON ${GOLDEN_SCHEMA}.${quoted(name)}')`),
      ...goldenTables
        .filter(({ readers }) => readersOf[readers].includes(role))
        .map(({ name }) => `('${postgresRole(role)}', 'EXECUTE ON FUNCTION ${ROWS}.${quoted(name)}()')`),
    ])
    .join(', ')}) AS wanted (role, what)
    JOIN pg_roles ON rolname = wanted.role
  LOOP
    EXECUTE format('GRANT %s TO %I', granted.what, granted.role);
  END LOOP;
END
$$;`;

const statements = [
  `CREATE SCHEMA ${ROWS};`,
  `CREATE SCHEMA ${GOLDEN_SCHEMA};`,
  ...goldenTables.map(viewOfTable),
  ...viewsOfRoles,
].join('\n');

const digest = createHash('sha256').update(statements).update(grants).digest('hex');

/**
 * Brings the schema of the golden dataset up to date with this code, in one transaction, and grants its views to the
 * roles that read them. Run it as the owner of the read models, after `publish`; a rebuild does not require it again.
 */
export const publishGolden = (client: pg.ClientBase): Promise<void> =>
  publishSchema(client, {
    ...{ name: GOLDEN_SCHEMA, drops: [GOLDEN_SCHEMA, ROWS], statements, digest },
    // A role may have been made since.
    always: grants,
  });
