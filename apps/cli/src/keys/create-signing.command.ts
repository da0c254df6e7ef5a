import type { Command } from 'commander';
import { runOperation } from '../backup/operation-process.js';
import { homeDirectory } from '../connection/connection.js';
import { print } from '../output/output.js';

interface Options {
  readonly home?: string;
  readonly json?: boolean;
}

export function addCreateSigningCommand(keys: Command): void {
  keys
    .command('create-signing')
    .description(
      'creates a new signing key in a home whose services are stopped; the next start changes to it',
    )
    .option('--home <dir>', 'the home (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(createSigning);
}

async function createSigning({ home, json }: Options): Promise<void> {
  const args = ['create-signing-key', '--home', homeDirectory(home)];
  const report = await runOperation(args, 'signing-key-created', () => undefined);
  print(json, report, () =>
    [
      `A new signing key is in ${report.file}, and the one in force in ${report.previousFile}.`,
      'Start the services: the linker writes the change into the ledger, signed by the key in force.',
      `Then put ${report.previousFile} away with your older backups of keys, and back up the new key.`,
    ].join('\n'),
  );
}
