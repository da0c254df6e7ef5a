/** The three databases: two zones and the bus between them. */
export const databaseNames = ['restricted', 'platform', 'bus'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/**
 * Login roles, one per principal; the migrations' GRANTs define their rights. The inspector is for an operator who
 * reads the read models; no service uses it.
 */
export const roleNames = [
  'migrator',
  'ingest',
  'pseudonymiser',
  'linker',
  'projector',
  'reporting',
  'eraser',
  'inspector',
] as const;
export type RoleName = (typeof roleNames)[number];

/** The databases to which a role may connect. The migrator owns all three. */
export const mayConnect: Readonly<Record<RoleName, readonly DatabaseName[]>> = {
  migrator: ['restricted', 'platform', 'bus'],
  ingest: ['restricted', 'bus'],
  pseudonymiser: ['restricted', 'bus'],
  linker: ['platform', 'bus'],
  projector: ['platform', 'bus'],
  reporting: ['platform'],
  eraser: ['platform'],
  inspector: ['platform'],
};

/**
 * Roles of people who read the golden dataset with a program of their own: the data team, and those who read cleared
 * tables only. No service uses them, and neither may log in until an operator gives it a password.
 */
export const clientRoleNames = ['analyst', 'public'] as const;
export type ClientRoleName = (typeof clientRoleNames)[number];

/** The database to which these roles may connect. */
export const CLIENT_DATABASE: DatabaseName = 'platform';

/**
 * Settings of these roles. What they read holds off the swap of a rebuild: a statement and a transaction that is left
 * open end in the end.
 */
export const clientSettings: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  idle_in_transaction_session_timeout: '1min',
  statement_timeout: '15min',
};

/** The role's name in PostgreSQL, e.g. `kinledger_linker`. */
export const postgresRole = (role: RoleName | ClientRoleName): string => `kinledger_${role}`;
