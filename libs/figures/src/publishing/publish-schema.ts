import type pg from 'pg';

/** Key of the advisory lock under which one process at a time publishes. */
const PUBLISH_LOCK = 7_163_504;

/** A schema that is made from code alone, and made anew whenever the code says otherwise. */
export interface PublishedSchema {
  readonly name: string;
  /** Schemas that are dropped before it is made, itself among them. */
  readonly drops: readonly string[];
  /** SQL that makes it. */
  readonly statements: string;
  /** Of all that makes it; the schema's comment holds the digest that it was made by. */
  readonly digest: string;
  /** SQL to run after it was made. */
  readonly afterwards?: string;
  /** SQL to run each time. */
  readonly always?: string;
}

/** Brings a schema up to date with this code, in one transaction. Run it as the owner of the read models. */
export async function publishSchema(
  client: pg.ClientBase,
  { name, drops, statements, digest, afterwards, always }: PublishedSchema,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    const { rows } = await client.query<{ digest: string | null }>(
      `SELECT obj_description(to_regnamespace('${name}')::oid, 'pg_namespace') AS digest`,
    );
    if (rows[0]?.digest !== digest) {
      for (const schema of drops) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await client.query(statements);
      await client.query(`COMMENT ON SCHEMA ${name} IS '${digest}'`);
      if (afterwards !== undefined) await client.query(afterwards);
    }
    if (always !== undefined) await client.query(always);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
