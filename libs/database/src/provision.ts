import pg from 'pg';
import {
  CLIENT_DATABASE,
  clientRoleNames,
  clientSettings,
  databaseNames,
  mayConnect,
  postgresRole,
  roleNames,
  type ClientRoleName,
  type DatabaseName,
  type RoleName,
} from './roles.js';

export interface ProvisionOptions {
  /** Connection URL of a superuser, for any database of the server. */
  readonly superuserUrl: string;
  readonly passwords: Readonly<Record<RoleName, string>>;
  /** Prefix of database names; `kinledger_` by default. */
  readonly prefix?: string;
}

/** Connection URLs by database and role, for pairs that may connect. */
export type ConnectionUrls = { readonly url: (database: DatabaseName, role: RoleName) => string };

/**
 * Creates the roles and the three databases, and revokes CONNECT from all other roles. Idempotent, except that it sets
 * the passwords again.
 */
export async function provision(options: ProvisionOptions): Promise<ConnectionUrls> {
  const prefix = options.prefix ?? 'kinledger_';
  const client = new pg.Client({ connectionString: options.superuserUrl });
  await client.connect();
  try {
    // Serialises concurrent launchers or test files.
    await client.query('SELECT pg_advisory_lock(7163502)');
    for (const role of roleNames) await ensureRole(client, role, options.passwords[role]);
    for (const role of clientRoleNames) await ensureClientRole(client, role);
    for (const database of databaseNames) await ensureDatabase(client, prefix, database);
  } finally {
    await client.end();
  }
  return {
    url: (database, role) => {
      const url = new URL(options.superuserUrl);
      url.username = postgresRole(role);
      url.password = options.passwords[role];
      url.pathname = `/${prefix}${database}`;
      return url.href;
    },
  };
}

async function ensureRole(client: pg.Client, role: RoleName, password: string): Promise<void> {
  const name = client.escapeIdentifier(postgresRole(role));
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [postgresRole(role)]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`);
  await client.query(`ALTER ROLE ${name} PASSWORD ${client.escapeLiteral(password)}`);
}

/** Creates the role without the right to log in, and leaves that right as it is in a role that exists. */
async function ensureClientRole(client: pg.Client, role: ClientRoleName): Promise<void> {
  const name = client.escapeIdentifier(postgresRole(role));
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [postgresRole(role)]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${name} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE`);
  for (const [setting, value] of Object.entries(clientSettings))
    await client.query(`ALTER ROLE ${name} SET ${setting} TO ${client.escapeLiteral(value)}`);
}

async function ensureDatabase(client: pg.Client, prefix: string, database: DatabaseName): Promise<void> {
  const name = client.escapeIdentifier(`${prefix}${database}`);
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
    `${prefix}${database}`,
  ]);
  if (rowCount === 0) {
    await client.query(
      `CREATE DATABASE ${name} OWNER ${client.escapeIdentifier(postgresRole('migrator'))} TEMPLATE template0 ENCODING 'UTF8'`,
    );
  }
  await grantAccess(client, database, `${prefix}${database}`);
}

/**
 * Lets only its roles connect to a database. Its owner may do this, so the migrator repeats it: who operates a cluster
 * only creates roles and empty databases. Leaves out roles that this cluster does not have, since the other zone may be
 * in another one. Idempotent.
 * @param name of the database; by default that of the connection.
 */
export async function grantAccess(client: pg.Client, database: DatabaseName, name?: string): Promise<void> {
  const services = roleNames.filter((role) => mayConnect[role].includes(database)).map(postgresRole);
  const clients = database === CLIENT_DATABASE ? clientRoleNames.map(postgresRole) : [];
  const { rows } = await client.query<{ present: string; role: string }>(
    'SELECT current_database() AS present, rolname AS role FROM pg_roles WHERE rolname = ANY($1)',
    [[...services, ...clients]],
  );
  const target = client.escapeIdentifier(name ?? rows[0]?.present ?? '');
  await client.query(
    [
      `REVOKE ALL ON DATABASE ${target} FROM PUBLIC`,
      ...rows.map(
        ({ role }) =>
          `GRANT CONNECT${clients.includes(role) ? '' : ', TEMPORARY'} ON DATABASE ${target} TO ${role}`,
      ),
      // Read models are rebuilt in a schema beside the live one.
      ...(database === 'platform'
        ? [`GRANT CREATE ON DATABASE ${target} TO ${postgresRole('projector')}`]
        : []),
    ].join('; '),
  );
}
