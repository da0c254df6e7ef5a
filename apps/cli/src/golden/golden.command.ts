import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CLIENT_DATABASE, clientRoleNames, postgresRole, type ClientRoleName } from '@kinledger/database';
import {
  GOLDEN_SCHEMA,
  goldenTables,
  pbidsOf,
  powerQueryOf,
  type GoldenServer,
  type GoldenTable,
} from '@kinledger/golden';
import { Option, type Command } from 'commander';
import pg from 'pg';
import { findConnection, homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { requireWritable, writePrivateFile } from '../output/private-file.js';
import { say } from '../output/progress.js';
import { shellWord } from '../output/shell-word.js';
import { right, table as textTable } from '../output/table.js';
import { exportGolden } from './export-golden.js';
import { exportFormats, type ExportFormat } from './table-files.js';

interface ConnectOptions {
  readonly role: ClientRoleName;
  readonly out: string;
  readonly home?: string;
  readonly server?: string;
  readonly database: string;
  readonly json?: boolean;
}
interface ExportOptions {
  readonly format: ExportFormat;
  readonly out: string;
  readonly home?: string;
  readonly url?: string;
  readonly tables?: readonly string[];
  readonly cleared?: true;
  readonly json?: boolean;
}

export function addGoldenCommand(program: Command): void {
  const golden = program.command('golden').description('the golden dataset, for tools of your own');
  const home = '--home <dir>';
  const ofHome = 'home of the services (default: KINLEDGER_HOME, else .kinledger here)';
  const role = () =>
    new Option('--role <role>', 'analyst: the data team; public: cleared tables only')
      .choices(clientRoleNames)
      .makeOptionMandatory();
  golden
    .command('connect')
    .description('lets a role read this machine’s golden dataset, and writes what clients need to connect')
    .addOption(role())
    .requiredOption('--out <folder>', 'where the password and the files for Power BI go')
    .option(home, ofHome)
    .option('--server <host>', 'write the files for Power BI of a server elsewhere, and change no role')
    .option('--database <name>', 'its database', `kinledger_${CLIENT_DATABASE}`)
    .option('--json', 'print one JSON document')
    .action(connect);
  golden
    .command('disconnect')
    .description('takes from a role the right to log in to this machine’s golden dataset')
    .addOption(role())
    .option(home, ofHome)
    .option('--json', 'print one JSON document')
    .action(disconnect);
  golden
    .command('export')
    .description('writes each table as CSV with CSVW metadata, or as Parquet')
    .addOption(new Option('--format <format>', 'the files’ format').choices(exportFormats).default('csv'))
    .requiredOption('--out <folder>', 'where the files go')
    .option('--tables <names...>', 'these tables alone')
    .option('--cleared', 'cleared tables only, which hold no row for a person')
    .option(home, ofHome)
    .option('--url <url>', 'postgres:// URL of a server elsewhere (default: KINLEDGER_GOLDEN_URL)')
    .option('--json', 'print one JSON document')
    .action(exportTables);
}

const tablesOf = (role: ClientRoleName): readonly GoldenTable[] =>
  goldenTables.filter(({ readers }) => role === 'analyst' || readers === 'everybody');

async function connect({ role, out, json, ...options }: ConnectOptions): Promise<void> {
  const folder = resolve(out);
  const files = { pbids: join(folder, 'kinledger.pbids'), powerQuery: join(folder, 'golden.pq') };
  const writeFiles = (at: GoldenServer) => {
    writePrivateFile(files.pbids, pbidsOf(at));
    writePrivateFile(files.powerQuery, powerQueryOf(at, tablesOf(role)));
  };
  const user = postgresRole(role);
  if (options.server !== undefined) {
    const at = { server: options.server, database: options.database };
    makeFolder(folder);
    writeFiles(at);
    print(json, { ...at, user, files }, () =>
      [
        `${files.pbids} and ${files.powerQuery} connect to ${at.server}. Its administrator lets the role in with psql:`,
        `ALTER ROLE ${user} LOGIN;`,
        `\\password ${user}`,
      ].join('\n'),
    );
    return;
  }
  const server = localServer(options.home);
  const passwordFile = join(folder, 'pgpass');
  makeFolder(folder);
  // A password that could not be written would lock out whoever has the one before.
  for (const file of [passwordFile, files.pbids, files.powerQuery]) requireWritable(file);
  const password = randomBytes(24).toString('hex');
  await asSuperuser(server, `ALTER ROLE ${user} LOGIN PASSWORD '${password}'`);
  writePrivateFile(passwordFile, `${server.host}:${server.port}:${server.database}:${user}:${password}\n`);
  writeFiles({ server: `${server.host}:${server.port}`, database: server.database });
  const { host, port, database } = server;
  print(json, { host, port, database, user, passwordFile, files }, () =>
    [
      textTable(
        [{ title: 'host' }, right('port'), { title: 'database' }, { title: 'user' }, { title: 'schema' }],
        [[host, String(port), database, user, GOLDEN_SCHEMA]],
      ),
      `The password is the last field of ${passwordFile}, which psql reads by itself:`,
      `PGPASSFILE=${shellWord(passwordFile)} psql "host=${host} port=${port} dbname=${database} user=${user}"`,
      `Power BI Desktop opens ${files.pbids}; ${files.powerQuery} has a query for each table.`,
      `To take the right away again: kinledger golden disconnect --role ${role}`,
    ].join('\n'),
  );
}

/** @throws Failure if there can be no such folder. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    throw new Failure(`${folder} cannot be made (${String(error.code)}): name another folder`);
  }
}

async function disconnect({
  role,
  home,
  json,
}: {
  role: ClientRoleName;
  home?: string;
  json?: boolean;
}): Promise<void> {
  const user = postgresRole(role);
  await asSuperuser(localServer(home), `ALTER ROLE ${user} NOLOGIN PASSWORD NULL`);
  print(
    json,
    { user, mayLogIn: false },
    () => `${user} may not log in any more. Sessions that are open go on.`,
  );
}

interface LocalServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly superuserPassword: string;
}

/** The PostgreSQL of the services that run here. @throws Failure if none run. */
function localServer(home: string | undefined): LocalServer {
  const connection = requireConnection(homeDirectory(home));
  const { hostname, port, pathname } = new URL(connection.evaluation.platformUrl);
  return {
    ...{ host: hostname, port: Number(port), database: pathname.slice(1) },
    superuserPassword: readFileSync(join(connection.home, 'postgres', 'superuser-password'), 'utf8').trim(),
  };
}

async function asSuperuser({ host, port, superuserPassword }: LocalServer, statement: string): Promise<void> {
  const client = new pg.Client({
    host,
    port,
    database: 'postgres',
    user: 'postgres',
    password: superuserPassword,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function exportTables({ format, out, tables, cleared, url, home, json }: ExportOptions): Promise<void> {
  const unknown = (tables ?? []).filter((name) => !goldenTables.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new Failure(`there is no table ${unknown.join(', ')}: docs/golden-dataset.md lists them`);
  const wanted = goldenTables.filter(
    ({ name, readers }) => (tables?.includes(name) ?? true) && (cleared !== true || readers === 'everybody'),
  );
  if (wanted.length === 0)
    throw new Failure('none of these tables is cleared: leave out --cleared or name others');
  const folder = resolve(out);
  makeFolder(folder);
  const exported = await exportGolden(urlOf(url, home), {
    ...{ tables: wanted, format, folder },
    onTable: (name) => say(json, `writing ${name}`),
  });
  print(json, exported, () =>
    [
      textTable(
        [{ title: 'table' }, right('rows')],
        exported.tables.map(({ table, rows }) => [table, count(rows)]),
      ),
      `${folder} has ${count(exported.tables.length)} tables as at ledger position ${exported.position}.`,
    ].join('\n'),
  );
}

function urlOf(url: string | undefined, home: string | undefined): string {
  const named = url ?? process.env['KINLEDGER_GOLDEN_URL'];
  if (named !== undefined) return named;
  const connection = findConnection(homeDirectory(home));
  if (connection === undefined)
    throw new Failure(
      'no services run here: give --url, or KINLEDGER_GOLDEN_URL, with the postgres:// URL of the platform database and the role kinledger_analyst or kinledger_public',
    );
  return connection.evaluation.platformUrl;
}
