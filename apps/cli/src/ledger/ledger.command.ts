import type { Command } from 'commander';
import { addCheckCommand } from './check.command.js';
import { addCopyCommand } from './copy.command.js';
import { addExportCommand } from './export/export.command.js';
import { addExplainCommand } from './explain/explain.command.js';
import { addReplayCommand } from './replay/replay.command.js';
import { addVerifyCommand } from './verify/verify.command.js';

export function addLedgerCommand(program: Command): void {
  const ledger = program.command('ledger').description('works on the ledger itself');
  addCheckCommand(ledger);
  addCopyCommand(ledger);
  addExportCommand(ledger);
  addVerifyCommand(ledger);
  addReplayCommand(ledger);
  addExplainCommand(ledger);
}
