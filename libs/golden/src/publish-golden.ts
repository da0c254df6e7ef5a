import { createHash } from 'node:crypto';
import { clientRoleNames, postgresRole, type ClientRoleName, type RoleName } from '@kinledger/database';
import { publishSchema } from '@kinledger/figures';
import pg from 'pg';
import { columnsOf, type GoldenTable, type Readers } from './golden-table.js';
import { dateRoles, GOLDEN_VERSION, goldenTables } from './golden-tables.js';

const { escapeIdentifier: quoted, escapeLiteral: text } = pg;

/** The schema that analysts see. */
export const GOLDEN_SCHEMA = `golden_v${GOLDEN_VERSION}`;

/** The functions that the views show. Only the reporting API may use this schema by name. */
const ROWS = `${GOLDEN_SCHEMA}_rows`;

/** What the reporting API asks of a table, so that the database works out no more than that. */
export interface Asked {
  /** What every row meets. */
  readonly where?: readonly Comparison[];
  /** Rows behind the one with these values of the key. */
  readonly after?: readonly (string | number)[];
  /** By what rows are ordered before their key; absent, they are in no order unless another member needs one. */
  readonly order?: readonly { readonly column: string; readonly descending: boolean }[];
  readonly skip?: number;
  readonly most?: number;
}

/** A column that is compared with a value: null meets none. */
export interface Comparison {
  readonly column: string;
  readonly is: '=' | '<' | '<=' | '>' | '>=';
  readonly value: string;
}

/** The function behind a view, with what is {@link Asked} of it as its one argument; and the one that counts its rows. */
export const rowsFunction = ({ name }: Pick<GoldenTable, 'name'>): string => `${ROWS}.${quoted(name)}`;
export const countFunction = ({ name }: Pick<GoldenTable, 'name'>): string =>
  `${ROWS}.${quoted(`${name}_count`)}`;

/** The inspector, an operator who may read the read models themselves, reads this view of them too. */
const readingRoles = [...clientRoleNames, 'inspector'] as const satisfies readonly (
  ClientRoleName | RoleName
)[];

const readersOf: Readonly<Record<Readers, readonly (typeof readingRoles)[number][]>> = {
  'data team': ['analyst', 'inspector'],
  everybody: readingRoles,
};

/**
 * Makes the query of a table for what is asked of it. A view cannot hand its conditions into a function, and a reader who
 * could pass SQL would run it with the rights of the function’s owner. So conditions come as names, signs and values: a
 * name is one of the table’s columns, a sign is one of five, and a value is always quoted.
 */
const queryOf = `CREATE FUNCTION ${ROWS}.query_of (common text, rows_sql text, names text[], types text[], keys text[], asked jsonb, counted boolean)
  RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $golden$
DECLARE
  said record;
  met text[] := '{}';
  placed text[] := '{}';
  type text;
BEGIN
  FOR said IN SELECT * FROM jsonb_to_recordset(asked->'where') AS entry ("column" text, "is" text, value text) LOOP
    type := types[array_position(names, said."column")];
    IF type IS NULL OR said."is" <> ALL ('{=,<,<=,>,>=}') OR said.value IS NULL THEN
      RAISE invalid_parameter_value USING MESSAGE = 'a condition needs a column of the table, one of = < <= > >= and a value';
    END IF;
    -- A whole number is compared as one, so that an index of whole numbers serves.
    IF type IN ('int', 'bigint', 'double precision') THEN
      type := CASE WHEN type <> 'double precision' AND said.value ~ '^-?[0-9]{1,18}$' THEN 'bigint' ELSE 'numeric' END;
    END IF;
    met := met || format('%I %s %L::%s%s', said."column", said."is", said.value, type, CASE WHEN type = 'text' AND said."is" <> '=' THEN ' COLLATE "C"' END);
  END LOOP;
  IF jsonb_typeof(asked->'after') = 'array' THEN
    IF jsonb_array_length(asked->'after') <> cardinality(keys) THEN
      RAISE invalid_parameter_value USING MESSAGE = 'a row is named by as many values as the key of the table has columns';
    END IF;
    met := met || format('(%s) > (%s)',
      (SELECT string_agg(format('%I%s', key, CASE types[array_position(names, key)] WHEN 'text' THEN ' COLLATE "C"' END), ', ' ORDER BY place)
       FROM unnest(keys) WITH ORDINALITY AS each (key, place)),
      (SELECT string_agg(format('%L::%s', value, types[array_position(names, keys[place])]), ', ' ORDER BY place)
       FROM jsonb_array_elements_text(asked->'after') WITH ORDINALITY AS each (value, place)));
  END IF;
  IF asked ? 'order' OR asked ? 'after' OR asked ? 'most' THEN
    SELECT coalesce(array_agg(format('%I%s %s', "column", CASE types[array_position(names, "column")] WHEN 'text' THEN ' COLLATE "C"' END,
             CASE WHEN descending THEN 'DESC NULLS LAST' ELSE 'ASC NULLS FIRST' END) ORDER BY place), '{}') INTO placed
    FROM (SELECT entry->>'column' AS "column", (entry->>'descending')::boolean AS descending, place
          FROM jsonb_array_elements(asked->'order') WITH ORDINALITY AS each (entry, place)
          UNION ALL
          SELECT key, false, 1000 + place FROM unnest(keys) WITH ORDINALITY AS each (key, place)) AS ordered
    WHERE "column" = ANY (names);
  END IF;
  RETURN concat('WITH ' || common || ' ', 'SELECT ', CASE WHEN counted THEN 'count(*)' ELSE '*' END, ' FROM (', rows_sql, ') AS shown (',
    (SELECT string_agg(format('%I', name), ', ' ORDER BY place) FROM unnest(names) WITH ORDINALITY AS each (name, place)), ')',
    ' WHERE ' || nullif(array_to_string(met, ' AND '), ''),
    CASE WHEN NOT counted THEN ' ORDER BY ' || nullif(array_to_string(placed, ', '), '') END,
    ' OFFSET ' || (asked->>'skip')::bigint, ' LIMIT ' || (asked->>'most')::bigint);
END
$golden$;
REVOKE ALL ON FUNCTION ${ROWS}.query_of FROM PUBLIC;`;

/**
 * A view is bound to its tables, and would go with them when a rebuild swaps the schema. So each view shows a function,
 * which finds the read models at each call, and reads their checkpoint first, as the functions of `published` do: a
 * swap waits until the reader’s transaction ends, and neither waits for the other.
 */
function functionsOfTable(table: GoldenTable): string {
  const columns = columnsOf(table);
  const array = (texts: readonly string[]) => `ARRAY[${texts.map((each) => text(each)).join(', ')}]`;
  const query = (counted: boolean) =>
    `${ROWS}.query_of(${table.common === undefined ? 'NULL' : `$query$${table.common}$query$`}, $query$${table.sql}$query$,
    ${array(columns.map(({ name }) => name))}, ${array(columns.map(({ type }) => type))}, ${array(table.key)}, asked, ${counted})`;
  const made = (
    name: string,
    returned: string,
    rows: string,
    body: string,
  ) => `CREATE FUNCTION ${name}(asked jsonb DEFAULT '{}') RETURNS ${returned}
  LANGUAGE plpgsql STABLE SECURITY DEFINER ${rows}SET search_path = pg_catalog, pg_temp AS $golden$
${body}
$golden$;
REVOKE ALL ON FUNCTION ${name}(jsonb) FROM PUBLIC;`;
  const live = `PERFORM set_config('search_path', published.schema_at(NULL) || ', pg_temp', true);`;
  return [
    made(
      rowsFunction(table),
      `TABLE (${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')})`,
      `ROWS ${table.kind === 'dimension' ? 1_000 : 100_000} `,
      `BEGIN
  ${live}
  RETURN QUERY EXECUTE ${query(false)};
END`,
    ),
    made(
      countFunction(table),
      'bigint',
      '',
      `DECLARE
  counted bigint;
BEGIN
  ${live}
  EXECUTE ${query(true)} INTO counted;
  RETURN counted;
END`,
    ),
  ].join('\n');
}

function viewOfTable(table: GoldenTable): string {
  const name = `${GOLDEN_SCHEMA}.${quoted(table.name)}`;
  const columns = columnsOf(table);
  return [
    functionsOfTable(table),
    `CREATE VIEW ${name} AS SELECT ${columns.map((column) => quoted(column.name)).join(', ')} FROM ${rowsFunction(table)}();`,
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

/**
 * Grants to the roles that this cluster has. A view of dates in a role calls the function of dates. The reporting API
 * serves all tables by OData, and tells apart who may read what.
 */
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
        .map((table) => `('${postgresRole(role)}', 'EXECUTE ON FUNCTION ${rowsFunction(table)}(jsonb)')`),
    ])
    .concat(
      `('${postgresRole('reporting')}', 'USAGE ON SCHEMA ${ROWS}')`,
      goldenTables.flatMap((table) =>
        [rowsFunction(table), countFunction(table)].map(
          (name) => `('${postgresRole('reporting')}', 'EXECUTE ON FUNCTION ${name}(jsonb)')`,
        ),
      ),
    )
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
  queryOf,
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
