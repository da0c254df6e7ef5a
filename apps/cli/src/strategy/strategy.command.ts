import type { Command } from 'commander';
import { addPreviewCommand } from './preview/preview.command.js';

export function addStrategyCommand(program: Command): void {
  const strategy = program
    .command('strategy')
    .description('how rows are linked: says what another strategy would change');
  addPreviewCommand(strategy);
}
