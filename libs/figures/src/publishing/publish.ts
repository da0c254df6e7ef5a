import { createHash } from 'node:crypto';
import { AS_AT_SCHEMA, LIVE_SCHEMA, TABLES_VERSION } from '@kinledger/read-models';
import type pg from 'pg';
import { functionOf, type Publication } from '../publication.js';
import { publications } from '../registry.js';
import { publishSchema } from './publish-schema.js';

const READER = 'kinledger_reporting';
/** The role of an operator who reads the tables themselves. */
const INSPECTOR = 'kinledger_inspector';

/**
 * Finds the read models on each call, so that a rebuild needs no new publishing. It reads their checkpoint first, like
 * every reader, which delays the swap of a rebuild until the transaction ends.
 */
const schemaAt = `
CREATE FUNCTION published.schema_at(as_at bigint) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $published$
DECLARE
  named text := CASE WHEN as_at IS NULL THEN '${LIVE_SCHEMA}' ELSE '${AS_AT_SCHEMA}' || as_at END;
  version text;
BEGIN
  IF to_regclass(format('%I.checkpoint', named)) IS NULL THEN
    RAISE no_data_found USING MESSAGE = 'there are no read models at this position';
  END IF;
  EXECUTE format('SELECT tables_version FROM %I.checkpoint', named) INTO version;
  IF version IS NULL THEN
    -- The row is always there: a transaction that does not see it began before these read models were swapped in.
    RAISE serialization_failure USING MESSAGE = 'the read models were rebuilt since the transaction began';
  ELSIF version <> '${TABLES_VERSION}' THEN
    RAISE no_data_found USING MESSAGE = 'these read models have another version of the tables';
  END IF;
  RETURN named;
END
$published$;
REVOKE ALL ON FUNCTION published.schema_at(bigint) FROM PUBLIC;`;

/**
 * The function runs as its owner, who may read the read models, and exposes only its result. PostgreSQL plans the query
 * for the actual parameters.
 */
function statementOf(publication: Publication): string {
  const name = functionOf(publication);
  const types = ['bigint', ...publication.parameters.map(({ type }) => type)];
  const given = publication.parameters.map((_, index) => `$${index + 2}`);
  const returned = publication.returns.map(({ name: column, type }) => `"${column}" ${type}`);
  const using = given.length === 0 ? '' : ` USING ${given.join(', ')}`;
  return `
CREATE FUNCTION ${name}(${types.join(', ')}) RETURNS TABLE (${returned.join(', ')})
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $published$
BEGIN
  PERFORM set_config('search_path', published.schema_at($1) || ', pg_temp', true);
  RETURN QUERY EXECUTE $query$${publication.sql}$query$${using};
END
$published$;
REVOKE ALL ON FUNCTION ${name}(${types.join(', ')}) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ${name}(${types.join(', ')}) TO ${READER};`;
}

const statementsOf = (published: readonly Publication[]): string =>
  [
    `CREATE SCHEMA published; GRANT USAGE ON SCHEMA published TO ${READER};`,
    schemaAt,
    ...published.map(statementOf),
  ].join('\n');

/** Gives existing read models the grants of new ones, because the reporting role could once read them directly. */
const readersOfTables = `
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname = '${LIVE_SCHEMA}' OR starts_with(nspname, '${AS_AT_SCHEMA}') LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM ${READER}', name);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM ${READER}', name);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${INSPECTOR}', name);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ${INSPECTOR}', name);
  END LOOP;
END
$$`;

/**
 * Brings the schema `published` up to date with this code, in one transaction: it holds all queries of figures that the
 * reporting role may run, which reads the views of `golden_v1` beside them. Run it as the owner of the read models; a rebuild does not require it again.
 */
export async function publish(
  client: pg.ClientBase,
  published: readonly Publication[] = publications,
): Promise<void> {
  const statements = statementsOf(published);
  await publishSchema(client, {
    ...{ name: 'published', drops: ['published'], statements, afterwards: readersOfTables },
    digest: createHash('sha256').update(statements).digest('hex'),
  });
}
