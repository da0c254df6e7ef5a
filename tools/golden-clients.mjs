// Reads what an installation publishes with third-party clients: LibreOffice, isql over ODBC, and Apache Olingo. DuckDB does so
// in test/standards/golden-exports.int.spec.ts. Start the services first ("npm start"), then: npm run golden:clients -- [home]
// A client that is not here is named, with how to get it. It ends with 1 where one that is here reads something else.
// For ODBC it lets the analyst's role log in, and takes the right away again: it refuses where the analyst may log in already.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import pg from 'pg';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = resolve(process.argv[2] ?? process.env.KINLEDGER_HOME ?? '.kinledger');
const json = (path) => JSON.parse(readFileSync(join(home, path), 'utf8'));
const connection = json('connection.json');
const reporting = connection.services['reporting-api'];
const { dataTeam } = json('tokens.json');
const folder = mkdtempSync(join(tmpdir(), 'kinledger-clients-'));

const run = (command, args, input) =>
  execFileSync(command, args, {
    encoding: 'utf8',
    input: input ?? '',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
  });
const kinledger = (...args) => run(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args]);
function isHere(command, ...args) {
  try {
    run(command, args);
    return true;
  } catch (error) {
    return error.code !== 'ENOENT';
  }
}
async function get(path) {
  const answer = await fetch(new URL(path, reporting), { headers: { authorization: `Bearer ${dataTeam}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

let failed = false;
function tell(client, isRight, what) {
  failed ||= !isRight;
  console.log(`${isRight ? 'right' : 'WRONG'}   ${client}: ${what}`);
}
const absent = (client, how) => console.log(`absent  ${client}: ${how}`);

const tables = ['standing', 'service', 'period', 'area', 'ethnicity', 'measure', 'registration'];

async function inLibreOffice() {
  if (!isHere('soffice', '--version'))
    return absent('LibreOffice', 'apt-get install --no-install-recommends libreoffice-calc');
  const convert = (to, from, ...files) =>
    run('soffice', [
      `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
      ...[
        '--headless',
        ...(from === undefined ? [] : [`--infilter=${from}`]),
        '--convert-to',
        to,
        '--outdir',
        join(folder, 'seen'),
        ...files,
      ],
    ]);
  const exported = join(folder, 'golden');
  kinledger('golden', 'export', '--home', home, '--out', exported, '--tables', ...tables);
  const names = readdirSync(exported).filter((name) => name.endsWith('.csv'));
  const files = names.map((name) => join(exported, name));
  // A comma between cells, quotes around texts, UTF-8, and what a cell shows.
  convert('csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false', 'CSV:44,34,76,1', ...files);
  convert('fods', 'CSV:44,34,76,1', ...files);
  for (const [index, name] of names.entries()) {
    const given = parse(readFileSync(files[index], 'utf8'), { bom: true }).flat();
    const shown = parse(readFileSync(join(folder, 'seen', name), 'utf8'), { bom: true }).flat();
    const changed = given.filter((cell, at) => cell.toLowerCase() !== (shown[at] ?? '').toLowerCase());
    const formulas = readFileSync(join(folder, 'seen', name.replace('.csv', '.fods')), 'utf8').includes(
      'table:formula',
    );
    tell(
      'LibreOffice',
      changed.length === 0 && given.length === shown.length && !formulas,
      `${name}: ${given.length} cells shown as they are written, ${changed.length} otherwise${changed.length > 0 ? `, such as ${changed[0]}` : ''}, ${formulas ? 'with' : 'no'} formulas`,
    );
  }
  const report = join(folder, 'report.ods');
  writeFileSync(report, Buffer.from(await (await get('/reports/programme/report.ods')).arrayBuffer()));
  convert('fods', undefined, report);
  const xml = readFileSync(join(folder, 'seen', 'report.fods'), 'utf8');
  const numbers = (xml.match(/office:value-type="float"/g) ?? []).length;
  tell(
    'LibreOffice',
    numbers > 0 && !xml.includes('table:formula'),
    `the programme report: ${(xml.match(/<table:table /g) ?? []).length} sheets, ${numbers} numbers, ${xml.includes('table:formula') ? 'with' : 'no'} formulas`,
  );
}

async function overOdbc() {
  if (!isHere('isql', '--version')) return absent('isql', 'apt-get install unixodbc odbc-postgresql');
  const out = join(folder, 'connection');
  kinledger('golden', 'connect', '--home', home, '--role', 'analyst', '--out', out);
  try {
    const [host, port, database, user, password] = readFileSync(join(out, 'pgpass'), 'utf8')
      .trim()
      .split(':');
    const source = `Driver=PostgreSQL Unicode;Server=${host};Port=${port};Database=${database};Uid=${user};Pwd=${password};ReadOnly=1`;
    for (const table of tables) {
      const answer = run('isql', ['-b', '-x0x2c', '-k', source], `SELECT count(*) FROM golden_v1.${table}\n`);
      const counted = Number(/^\s*(\d+)\s*$/m.exec(answer)?.[1]);
      const served = Number(await (await get(`/v1/odata/${table}/$count`)).text());
      tell('isql', counted === served, `${table}: ${counted} rows, where OData counts ${served}`);
    }
  } finally {
    kinledger('golden', 'disconnect', '--home', home, '--role', 'analyst');
  }
}

/** Whether the analyst's role is in use: reading as it would change its password, and then keep it from logging in. */
async function mayAnalystLogIn() {
  const client = new pg.Client({ connectionString: connection.evaluation.platformUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT rolcanlogin AS may FROM pg_roles WHERE rolname = 'kinledger_analyst'`,
    );
    return rows[0]?.may === true;
  } finally {
    await client.end();
  }
}

async function inOlingo() {
  if (!isHere('mvn', '--version')) return absent('Olingo', 'install Maven and a JDK');
  const project = join(root, 'test/standards/olingo');
  const build = join(folder, 'olingo');
  const maven = (...goals) =>
    run('mvn', ['-q', '-B', '-f', join(project, 'pom.xml'), `-Dbuild.folder=${build}`, ...goals]);
  const firstLine = (error) => String(error.stdout || error.message).split('\n')[0];
  try {
    maven('dependency:go-offline');
  } catch (error) {
    return absent('Olingo', `Maven cannot fetch it here: ${firstLine(error)}`);
  }
  try {
    maven('-o', 'package');
  } catch (error) {
    return tell('Olingo', false, `the client does not build: ${firstLine(error)}`);
  }
  const answer = run(
    'java',
    ['-jar', join(build, 'olingo-client.jar'), new URL('/v1/odata', reporting).href, ...tables],
    dataTeam,
  );
  const read = new Map(
    answer
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  );
  for (const table of tables) {
    const served = await (await get(`/v1/odata/${table}/$count`)).text();
    tell(
      'Olingo',
      read.get(table) === served,
      `${table}: ${read.get(table)} entities of ${served}, page by page, each as $metadata says`,
    );
  }
}

try {
  if (await mayAnalystLogIn())
    throw new Error(
      `the analyst of ${home} may log in: reading as the analyst would replace the password. Use an installation that nobody reads, or first run "kinledger golden disconnect --role analyst"`,
    );
  await inLibreOffice();
  await overOdbc();
  await inOlingo();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
