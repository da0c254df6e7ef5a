import type { Command } from 'commander';
import { addCloseCommand } from './close.command.js';
import { addCompareCommand } from './compare.command.js';
import { addListCommand } from './list.command.js';
import { addReproduceCommand } from './reproduce.command.js';
import { addShowCommand } from './show.command.js';

export function addQuarterCommand(program: Command): void {
  const quarter = program
    .command('quarter')
    .description('closes quarters, shows what was published of them, computes them again and compares');
  addCloseCommand(quarter);
  addListCommand(quarter);
  addShowCommand(quarter);
  addReproduceCommand(quarter);
  addCompareCommand(quarter);
}
