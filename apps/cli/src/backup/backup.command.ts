import type { Command } from 'commander';
import { homeDirectory } from '../connection/connection.js';
import { count, print } from '../output/output.js';
import { say } from '../output/progress.js';
import { runOperation } from './operation-process.js';

interface BackupOptions {
  readonly home?: string;
  readonly out: string;
  readonly keysOut?: string;
  readonly json?: boolean;
}

interface RestoreOptions {
  readonly home: string;
  readonly keys: string;
  readonly erasures?: string;
  readonly suppressions?: string;
  readonly json?: boolean;
}

export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description('copies the three databases of a home whose services do not run, as they are at one instant')
    .requiredOption('--out <dir>', 'where the backup is put: a folder that is not there yet')
    .option(
      '--keys-out <dir>',
      'copies the keys and passwords too, to a folder that is kept apart from the backup',
    )
    .option('--home <dir>', 'the home to back up (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(backUp);
  program
    .command('restore')
    .description('makes a home of a backup, and checks every byte of it')
    .argument('<backup>', 'folder of a backup')
    .requiredOption('--keys <dir>', 'the keys that were copied with --keys-out')
    .requiredOption('--home <dir>', 'where to restore: a folder that is empty or not there yet')
    .option(
      '--erasures <file>',
      'list of erasures: what was erased since is erased again before any other service starts',
    )
    .option(
      '--suppressions <file>',
      'list of suppressions: rows of the people on it go no further, whatever the backup knows of them',
    )
    .option('--json', 'print one JSON document')
    .action(restore);
}

async function backUp({ home, out, keysOut, json }: BackupOptions): Promise<void> {
  const args = ['backup', '--home', homeDirectory(home), '--out', out];
  if (keysOut !== undefined) args.push('--keys-out', keysOut);
  const report = await runOperation(args, 'backed-up', (text) => say(json, text));
  print(json, report, () =>
    [
      `Backed up ${count(report.files)} files, ${megabytes(report.bytes)}, to ${report.backup}`,
      ...report.ledgers.map(
        ({ stream, events, sha256 }) => `  ${stream}  ${count(events)} events  ${sha256}`,
      ),
      report.keys === null
        ? 'The keys are not in it. Without them it cannot be restored: keep a copy elsewhere (--keys-out).'
        : `The keys are in ${report.keys}. Keep the two apart: together they open everything.`,
    ].join('\n'),
  );
}

async function restore(
  backup: string,
  { home, keys, erasures, suppressions, json }: RestoreOptions,
): Promise<void> {
  const args = ['restore', '--from', backup, '--home', home, '--keys', keys];
  if (erasures !== undefined) args.push('--erasures', erasures);
  if (suppressions !== undefined) args.push('--suppressions', suppressions);
  const report = await runOperation(args, 'restored', (text) => say(json, text));
  print(json, report, () =>
    [
      `Restored the backup of ${report.madeAt} to ${report.home}; every file and every ledger is as it was.`,
      ...report.ledgers.map(
        ({ stream, events, sha256 }) => `  ${stream}  ${count(events)} events  ${sha256}`,
      ),
      `Erasures: ${count(report.erasures.records)} records listed; the linker erases them again when it starts.`,
      `Suppressions: ${count(report.suppressions.marks)} marks of people listed; their rows go no further.`,
      `Start it with: kinledger start --home ${report.home}`,
    ].join('\n'),
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
