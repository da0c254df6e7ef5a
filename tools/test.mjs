/**
 * `npm test`: builds, checks and tests everything, and ends with one line that counts it all.
 * Options: --only unit,int,e2e,checks   run a part.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { contractTables, isContractCase } from './contract-table.mjs';

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

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const reports = [];
const bin = (name) => join('node_modules', '.bin', name);

function run(name, command, args) {
  const started = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(
    `── ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  return status === 0;
}

/** A check counts as one test. */
function check(name, command, args) {
  const ok = run(name, command, args);
  totals[ok ? 'passed' : 'failed'] += 1;
  if (!ok) failures.push(name);
  return ok;
}

function suite(name) {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-report-'));
  const report = join(folder, 'report.json');
  const ok = run(`${name} tests`, bin('vitest'), [
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    reports.push(result);
    totals.passed += result.numPassedTests;
    totals.failed += result.numFailedTests;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    for (const file of result.testResults) {
      for (const test of file.assertionResults) {
        if (test.status === 'failed') failures.push(test.fullName);
        // What a contract suite lacks stands in its table, with the reason.
        const skipped = test.status === 'pending' || test.status === 'skipped';
        if (skipped && !isContractCase(test)) console.log(`skipped: ${test.fullName}`);
      }
    }
    // A file that fails outside its tests fails none of them.
    if (!ok && result.numFailedTests === 0) {
      totals.failed += 1;
      failures.push(`${name} tests (outside a test)`);
    }
  } catch {
    totals.failed += 1;
    failures.push(`${name} tests (no report)`);
  }
  rmSync(folder, { recursive: true, force: true });
}

const built = check('types and build', bin('tsc'), ['-b']);
if (wanted('checks')) {
  // The boundary rule reads Nx's project graph from its cache and would skip itself without one.
  check('project graph', bin('nx'), ['show', 'projects']);
  check('lint, with module boundaries', bin('eslint'), ['.', '--max-warnings', '0']);
  check('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']);
  check('dead code', bin('knip'), []);
  check('dependency rules', bin('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'apps',
    'libs',
    'test',
  ]);
}
if (built) for (const name of ['unit', 'int', 'e2e']) if (wanted(name)) suite(name);

for (const table of contractTables(reports)) console.log(`\n${table}`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && built ? 0 : 1);
