import type { Command } from 'commander';
import { addCreateCommand } from './create.command.js';
import { addCreateSigningCommand } from './create-signing.command.js';
import { addRotateCommand } from './rotate.command.js';
import { addStatusCommand } from './status.command.js';

export function addKeysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description('creates and rotates the token keys, shows which one is in force, and creates signing keys');
  addCreateCommand(keys);
  addCreateSigningCommand(keys);
  addRotateCommand(keys);
  addStatusCommand(keys);
}
