/** The three databases: two zones and the bus between them. */
export const databaseNames = ['restricted', 'platform', 'bus'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/**
 * Login roles, one per principal; what each may do stands in the migrations' GRANTs. The inspector is a person of the
 * machine, who may look at the read models; no service uses it.
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

/** Which databases a role may connect to at all. The migrator owns all three. */
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
