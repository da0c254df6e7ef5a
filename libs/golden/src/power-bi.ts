import type { GoldenTable } from './golden-table.js';
import { dateRoles } from './golden-tables.js';
import { GOLDEN_SCHEMA } from './publish-golden.js';

/** Where a client of PostgreSQL finds the golden dataset. */
export interface GoldenServer {
  /** Host, with a port behind a colon if it is not 5432. */
  readonly server: string;
  readonly database: string;
}

/** A file that Power BI Desktop opens to connect. It holds no name and no password: Power BI asks for them. */
export const pbidsOf = ({ server, database }: GoldenServer): string =>
  `${JSON.stringify(
    {
      version: '0.1',
      connections: [
        { details: { protocol: 'postgresql', address: { server, database } }, options: {}, mode: 'Import' },
      ],
    },
    undefined,
    2,
  )}\n`;

const text = (said: string): string => `"${said.replaceAll('"', '""')}"`;

/** Power Query M of the tables, and of the dates in each of their roles: a section with one query for each. */
export function powerQueryOf({ server, database }: GoldenServer, tables: readonly GoldenTable[]): string {
  const roles = dateRoles.filter(({ name }) =>
    tables.some(({ columns }) => Object.values(columns).some(({ refersTo }) => refersTo?.role === name)),
  );
  return [
    'section Golden;',
    '',
    `shared Database = PostgreSQL.Database(${text(server)}, ${text(database)});`,
    ...[...tables, ...roles].map(
      ({ name }) =>
        `\nshared ${name} = Database{[Schema = ${text(GOLDEN_SCHEMA)}, Item = ${text(name)}]}[Data];`,
    ),
    '',
  ].join('\n');
}
