import type { Command } from 'commander';
import { addCloseCommand } from './close.command.js';
import { addListCommand } from './list.command.js';
import { addShowCommand } from './show.command.js';

export function addQuarterCommand(program: Command): void {
  const quarter = program
    .command('quarter')
    .description('closes quarters, and shows what was published of them');
  addCloseCommand(quarter);
  addListCommand(quarter);
  addShowCommand(quarter);
}
