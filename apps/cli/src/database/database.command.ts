import {
  CLIENT_DATABASE,
  clientRoleNames,
  clientSettings,
  databaseNames,
  isDatabaseAway,
  mayConnect,
  migrate,
  postgresRole,
  roleNames,
  thisRelease,
  type DatabaseName,
} from '@kinledger/database';
import { Argument, type Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';

interface MigrateOptions {
  readonly wait: string;
  readonly json?: boolean;
}

/** The variable that holds a database's URL with the migrator's role. */
const variableOf = (database: DatabaseName): string => `KINLEDGER_${database.toUpperCase()}_URL`;
const BETWEEN_TRIES_MS = 2_000;

export function addDatabaseCommand(program: Command): void {
  const database = program.command('database').description('the databases of an installation of your own');
  database
    .command('migrate')
    .description(
      `applies the migrations of this release (${thisRelease.release}); services of release ${thisRelease.oldestRelease} and later may run meanwhile`,
    )
    .addArgument(new Argument('<databases...>', 'which ones').choices(databaseNames))
    .option('--wait <seconds>', 'how long to wait for a database that does not answer', '0')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `\nReads ${databaseNames.map(variableOf).join(', ')}: postgres:// URLs with the role kinledger_migrator, which owns the databases.`,
    )
    .action(migrateAll);
  database
    .command('roles')
    .description('prints the SQL that makes the roles and databases of a cluster, for its administrator')
    .addArgument(new Argument('<databases...>', 'those of the cluster').choices(databaseNames))
    .action((databases: readonly DatabaseName[]) => void process.stdout.write(rolesSql(databases)));
}

async function migrateAll(databases: readonly DatabaseName[], { wait, json }: MigrateOptions): Promise<void> {
  const seconds = Number(wait);
  if (!Number.isInteger(seconds) || seconds < 0) throw new Failure('--wait is a number of seconds');
  const missing = databases.filter((database) => (process.env[variableOf(database)] ?? '') === '');
  if (missing.length > 0)
    throw new Failure(
      `${missing.map(variableOf).join(' and ')} is not set: set it to a postgres:// URL with the role kinledger_migrator`,
    );
  const outcomes: Record<string, 'migrated' | 'newer'> = {};
  for (const database of databases) outcomes[database] = await migrateOne(database, seconds);
  print(json, { release: thisRelease.release, databases: outcomes }, () =>
    databases
      .map((database) =>
        outcomes[database] === 'newer'
          ? `${database}: a newer release has migrated it, and still supports this one; nothing changed`
          : `${database}: has the migrations and functions of release ${thisRelease.release}`,
      )
      .join('\n'),
  );
}

async function migrateOne(database: DatabaseName, seconds: number): Promise<'migrated' | 'newer'> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await migrate(database, process.env[variableOf(database)] ?? '');
    } catch (error) {
      if (!isDatabaseAway(error) && !isLocked(error)) throw error;
      if (performance.now() < until) await pause(BETWEEN_TRIES_MS);
      else
        throw new Failure(
          isLocked(error)
            ? `the database ${database} is in use by a long transaction: try again`
            : `the database ${database} does not answer: see that ${variableOf(database)} names it, or give --wait`,
        );
    }
  }
}

/** Somebody held a lock for longer than a migration waits. */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';

/** Roles of people who read the golden dataset, which may not log in before the administrator allows it. */
const clientRolesSql: readonly string[] = [
  '-- These read the golden dataset. To let one in: ALTER ROLE kinledger_analyst LOGIN; \\password kinledger_analyst',
  ...clientRoleNames.flatMap((role) => [
    `CREATE ROLE ${postgresRole(role)} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;`,
    ...Object.entries(clientSettings).map(
      ([setting, value]) => `ALTER ROLE ${postgresRole(role)} SET ${setting} TO '${value}';`,
    ),
  ]),
];

/** Roles without passwords: whoever runs it sets those, and they are in no file. */
function rolesSql(databases: readonly DatabaseName[]): string {
  const roles = roleNames.filter((role) => mayConnect[role].some((database) => databases.includes(database)));
  return [
    '-- Run as a superuser with psql, then set a password for each role: \\password kinledger_migrator, and so on.',
    ...roles.map(
      (role) => `CREATE ROLE ${postgresRole(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;`,
    ),
    ...(databases.includes(CLIENT_DATABASE) ? clientRolesSql : []),
    ...databases.map(
      (database) =>
        `CREATE DATABASE kinledger_${database} OWNER ${postgresRole('migrator')} TEMPLATE template0 ENCODING 'UTF8';`,
    ),
    ...databases.map((database) => `REVOKE ALL ON DATABASE kinledger_${database} FROM PUBLIC;`),
    '',
  ].join('\n');
}
