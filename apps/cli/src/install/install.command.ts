import type { Command } from 'commander';
import { addKeysCeremony } from './key-ceremony.command.js';
import { addProgrammeValues } from './programme-values.command.js';

/** What an installation on a cluster needs before its first start. */
export function addInstallCommand(program: Command): void {
  const install = program
    .command('install')
    .description('what an installation of your own needs before its first start');
  addKeysCeremony(install);
  addProgrammeValues(install);
}
