import type { Command } from 'commander';
import { holdCeremony } from './key-ceremony.js';

interface Options {
  readonly out: string;
  readonly operator: string;
}

export function addKeysCeremony(install: Command): void {
  install
    .command('keys')
    .description(
      'makes every key and password of a new installation, once, in folders that become secrets; prints fingerprints for the record',
    )
    .requiredOption('--out <folder>', 'a new folder, on a medium that only you can read')
    .option(
      '--operator <name>',
      'name of the first account, which may do everything but submit files',
      'operator',
    )
    .action(async ({ out, operator }: Options) => {
      const { record, token } = await holdCeremony(out, operator);
      process.stdout.write(
        `${record}\nToken of ${operator}, which is shown here and never again:\n  ${token}\n`,
      );
    });
}
