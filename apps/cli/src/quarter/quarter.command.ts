import type { Command } from 'commander';
import { addAuditCommand } from './audit.command.js';
import { addCloseCommand } from './close.command.js';
import { addCompareCommand } from './compare.command.js';
import { addListCommand } from './list.command.js';
import { addPublishCommand } from './publish.command.js';
import { addReproduceCommand } from './reproduce.command.js';
import { addShowCommand } from './show.command.js';
import { addWithdrawCommand } from './withdraw.command.js';

export function addQuarterCommand(program: Command): void {
  const quarter = program
    .command('quarter')
    .description(
      'closes quarters, shows and audits their figures, publishes and withdraws them, computes them again and compares',
    );
  addCloseCommand(quarter);
  addListCommand(quarter);
  addShowCommand(quarter);
  addAuditCommand(quarter);
  addPublishCommand(quarter);
  addWithdrawCommand(quarter);
  addReproduceCommand(quarter);
  addCompareCommand(quarter);
}
