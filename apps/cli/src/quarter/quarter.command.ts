import type { Command } from 'commander';
import { addAuditCommand } from './audit.command.js';
import { addCloseCommand } from './close.command.js';
import { addCompareCommand } from './compare.command.js';
import { addListCommand } from './list.command.js';
import { addReproduceCommand } from './reproduce.command.js';
import { addShowCommand } from './show.command.js';

export function addQuarterCommand(program: Command): void {
  const quarter = program
    .command('quarter')
    .description(
      'closes quarters, shows what was published of them, computes them again, compares and audits',
    );
  addCloseCommand(quarter);
  addListCommand(quarter);
  addShowCommand(quarter);
  addReproduceCommand(quarter);
  addCompareCommand(quarter);
  addAuditCommand(quarter);
}
