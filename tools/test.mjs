/**
 * `npm test`: builds, checks and tests everything, and ends with one line of totals.
 * Options: --only unit,int,e2e,checks   run a part.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { bundlePrograms } from './bundle-programs.mjs';
import { contractTables, isContractCase } from './contract-table.mjs';
import { folderOfRun, removeFolder } from './folder-of-run.mjs';

const only = process.argv.includes('--only')
  ? new Set(process.argv[process.argv.indexOf('--only') + 1]?.split(','))
  : undefined;
const wanted = (part) => only === undefined || only.has(part);

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Tests run on the Node 24 that npm installs, not on ${process.version}: start them with "npm test".`,
  );
  process.exit(1);
}

// Tests start some hundreds of processes, each of which would compile the same modules again.
process.env.NODE_COMPILE_CACHE ??= join(process.cwd(), 'node_modules', '.cache', 'node-compile');

/** What test runs need at most: four platforms and a browser in memory, beside their files. */
const FILES_BYTES = 6 * 2 ** 30;
const MEMORY_BYTES = 12 * 2 ** 30;

/**
 * Puts temporary files into memory where there is room: tests make and delete databases of a thousand files each, and ext4 takes
 * longer to create a file the more were deleted in the last minute.
 */
function keepTemporaryFilesInMemory() {
  const memory = '/dev/shm';
  if (process.env.TMPDIR !== undefined || !existsSync(memory)) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < FILES_BYTES || process.availableMemory() < MEMORY_BYTES) return;
  const folder = folderOfRun(memory);
  process.env.TMPDIR = folder;
  process.once('exit', () => removeFolder(folder));
}

/** What runs, to pass signals on to. */
const children = new Set();

const runs = (child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** Ends what runs and waits for it, because it writes until it has ended; then this process, which removes the files. */
async function endBy(signal) {
  // What a part of the run starts after another was ended, too.
  for (let living; (living = [...children].filter(runs)).length > 0;) {
    await Promise.all(
      living.map(async (child) => {
        const end = once(child, 'exit');
        child.kill(signal);
        const harder = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
        await end;
        clearTimeout(harder);
      }),
    );
  }
  process.exit(1);
}
const END_WITHIN_MS = 20_000;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void endBy(signal));
keepTemporaryFilesInMemory();

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const reports = [];
const bin = (name) => join('node_modules', '.bin', name);

const took = (name, ok, started) =>
  `── ${name}: ${ok ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`;

/** Runs a command and shows its output as it comes. Returns the last lines, to repeat them after a failure. */
async function run(name, command, args, environment = {}) {
  const started = Date.now();
  console.log(`\n── ${name}`);
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])
    from.setEncoding('utf8').on('data', (text) => {
      to.write(text);
      last = (last + text).slice(-200_000);
    });
  const ok = await ended(child);
  console.log(took(name, ok, started));
  return { ok, last };
}

/** Errors that vitest reports outside any test: unhandled ones, and those in hooks or in a file's top-level code. */
function errorsOutsideTests(output) {
  const lines = stripVTControlCharacters(output).split('\n');
  const begin = lines.findIndex((line) => /Unhandled (Errors|Rejection)|Failed Suites/u.test(line));
  const from = begin === -1 ? lines.length - 40 : begin;
  return lines.slice(Math.max(0, from), from + 60).filter((line) => !line.startsWith('{"level"'));
}

/** Runs a command while tests wait, and shows its output when it ends. */
async function runAside(name, command, args) {
  const started = Date.now();
  const [program, ...rest] =
    process.platform === 'win32' ? [command, ...args] : ['nice', '-n', '19', command, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
  const ok = await ended(child);
  return { ok, text: `\n── ${name}\n${Buffer.concat(said)}${took(name, ok, started)}` };
}

function ended(child) {
  children.add(child);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => resolve(status === 0));
  }).finally(() => children.delete(child));
}

/** A check counts as one test. */
function count(name, ok) {
  totals[ok ? 'passed' : 'failed'] += 1;
  if (!ok) failures.push(name);
}

/** Runs static checks of the sources, one after another. Returns their output once all are done. */
async function runChecks(...checks) {
  const texts = [];
  for (const [name, command, ...args] of checks) {
    const { ok, text } = await runAside(name, bin(command), args);
    count(name, ok);
    texts.push(text);
  }
  return texts.join('\n');
}

/** Checks that need nothing that is built. */
const checkTexts = () =>
  runChecks(
    ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
    ['dependency rules', 'depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'test'],
  );

/** Checks that know the types of what was built. */
const checkTypes = () =>
  runChecks(
    // The boundary rule reads Nx's cached project graph, and skips itself without one.
    ['project graph', 'nx', 'show', 'projects'],
    ['lint, with module boundaries', 'eslint', '.', '--max-warnings', '0'],
    ['dead code', 'knip', '--treat-config-hints-as-errors'],
  );

const firstLines = (message) =>
  stripVTControlCharacters(message)
    .split('\n')
    .slice(0, 6)
    .map((line) => `    ${line}`)
    .join('\n');

async function suite(name, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-report-'));
  const report = join(folder, 'report.json');
  const { ok, last } = await run(
    `${name} tests`,
    bin('vitest'),
    [
      ...['run', '--project', name],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    environment,
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    reports.push(result);
    totals.passed += result.numPassedTests;
    totals.failed += result.numFailedTests;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    for (const file of result.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'failed')
          failures.push(`${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`);
        // The contract tables already show skipped cases, with the reason.
        const skipped = test.status === 'pending' || test.status === 'skipped';
        if (skipped && !isContractCase(test)) console.log(`skipped: ${test.fullName}`);
      }
    }
    // A file that fails outside its tests has no failed test.
    if (!ok && result.numFailedTests === 0) {
      totals.failed += 1;
      failures.push([`${name} tests (outside a test)`, ...errorsOutsideTests(last)].join('\n    '));
    }
  } catch {
    totals.failed += 1;
    failures.push(`${name} tests (no report)`);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Runs the end-to-end tests, which start some hundreds of processes, with bundled programs. */
async function endToEnd() {
  let environment;
  try {
    environment = await bundledPlatforms();
  } catch (error) {
    count(`bundled programs\n${firstLines(String(error?.message ?? error))}`, false);
    return;
  }
  await suite('e2e', environment);
}

async function bundledPlatforms() {
  await bundlePrograms();
  const preload = pathToFileURL(join('tools', 'run-bundled.mjs')).href;
  return { NODE_OPTIONS: [process.env.NODE_OPTIONS, `--import=${preload}`].filter(Boolean).join(' ') };
}

// The compiler needs one core, so that other checks can have another.
const early = wanted('checks') ? checkTexts() : Promise.resolve('');
const { ok: built } = await run('types and build', bin('tsc'), ['-b']);
count('types and build', built);
// Lint needs a core for two minutes. It yields to the tests, which wait a lot.
const late = wanted('checks') && built ? checkTypes() : Promise.resolve('');
if (built) {
  for (const name of ['unit', 'int']) if (wanted(name)) await suite(name);
  if (wanted('e2e')) await endToEnd();
}
console.log(await early);
console.log(await late);

for (const table of contractTables(reports)) console.log(`\n${table}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && built ? 0 : 1);
