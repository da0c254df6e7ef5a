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

/** The role's name in PostgreSQL, e.g. `kinledger_linker`. */
export const postgresRole = (role: RoleName): string => `kinledger_${role}`;
