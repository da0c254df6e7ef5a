import type { Command } from 'commander';
import { runOperation } from '../backup/operation-process.js';
import { homeDirectory } from '../connection/connection.js';
import { print } from '../output/output.js';
import { keyVersion } from './key-version.js';

interface Options {
  readonly home?: string;
  readonly json?: boolean;
}

export function addCreateCommand(keys: Command): void {
  keys
    .command('create')
    .description('creates the next token key among a home’s secrets; nothing uses it until it is rotated to')
    .argument('<version>', 'version of the key: the one after the newest', keyVersion)
    .option('--home <dir>', 'the home (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(create);
}

async function create(version: number, { home, json }: Options): Promise<void> {
  const args = ['create-key', '--home', homeDirectory(home), '--key-version', String(version)];
  const report = await runOperation(args, 'key-created', () => undefined);
  print(json, report, () =>
    [
      report.created
        ? `Token key ${report.keyVersion} is in ${report.file}.`
        : `Token key ${report.keyVersion} was there already: ${report.file}.`,
      'Copy it to where your keys are backed up before you rotate to it: what is wrapped under it cannot be linked without it.',
      `Then: kinledger keys rotate --to ${report.keyVersion} --reason <code>`,
    ].join('\n'),
  );
}
