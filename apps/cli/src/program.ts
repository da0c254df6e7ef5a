import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { addAccountsCommand } from './accounts/accounts.command.js';
import { addAttackCommand } from './attack/attack.command.js';
import { addBackupCommands } from './backup/backup.command.js';
import { addCommandsCommand } from './commands/commands.command.js';
import { addDatabaseCommand } from './database/database.command.js';
import { addDemoCommand } from './demo/demo.command.js';
import { describeFailure } from './failure.js';
import { addEraseCommand } from './erase/erase.command.js';
import { addFamilyNoticeCommand } from './families/family-notice.command.js';
import { addFiguresCommand } from './figures/figures.command.js';
import { addGenerateCommand } from './generate/generate.command.js';
import { addGoldenCommand } from './golden/golden.command.js';
import { addInstallCommand } from './install/install.command.js';
import { addKeysCommand } from './keys/keys.command.js';
import { addLedgerCommand } from './ledger/ledger.command.js';
import { addLinkCommand } from './link/link.command.js';
import { addMappingsCommand } from './mappings/mappings.command.js';
import { addProfileCommand } from './profile/profile.command.js';
import { addPseudonymiseCommand } from './pseudonymise/pseudonymise.command.js';
import { addQualityCommand } from './quality/quality.command.js';
import { addQuarterCommand } from './quarter/quarter.command.js';
import { addRebuildCommand } from './rebuild/rebuild.command.js';
import { addReviewCommand } from './review/review.command.js';
import { addReturnsCommand } from './returns/returns.command.js';
import { addSignInCommand } from './sign-in/sign-in.command.js';
import { addStartCommand } from './start/start.command.js';
import { addStrategyCommand } from './strategy/strategy.command.js';
import { addStudyCommand } from './study/study.command.js';
import { addSubmissionsCommand } from './submissions/submissions.command.js';
import { addSubmitCommand } from './submit/submit.command.js';
import { addTemplatesCommand } from './templates/templates.command.js';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const program = new Command('kinledger')
  .version(version)
  .description('Record linkage for early-years programmes: pseudonymous, event-sourced, reproducible.')
  .showHelpAfterError('(--help lists what there is)')
  // Options after a command belong to it, even if the command above has one of the same name.
  .enablePositionalOptions();

addDemoCommand(program);
addStartCommand(program);
addSubmitCommand(program);
addSubmissionsCommand(program);
addReturnsCommand(program);
addMappingsCommand(program);
addCommandsCommand(program);
addFiguresCommand(program);
addQuarterCommand(program);
addGoldenCommand(program);
addReviewCommand(program);
addQualityCommand(program);
addStrategyCommand(program);
addStudyCommand(program);
addAttackCommand(program);
addRebuildCommand(program);
addLedgerCommand(program);
addLinkCommand(program);
addTemplatesCommand(program);
addFamilyNoticeCommand(program);
addPseudonymiseCommand(program);
addGenerateCommand(program);
addProfileCommand(program);
addBackupCommands(program);
addEraseCommand(program);
addKeysCommand(program);
addAccountsCommand(program);
addSignInCommand(program);
addDatabaseCommand(program);
addInstallCommand(program);

// The reader of the output, such as `head`, may close it early.
process.stdout.on('error', () => process.exit(0));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`kinledger: ${describeFailure(error)}\n`);
  process.exitCode = 1;
}
