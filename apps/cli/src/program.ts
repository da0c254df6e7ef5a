import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { addCommands } from './command-modules.js';
import { describeFailure } from './failure.js';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const program = new Command('kinledger')
  .version(version)
  .description('Record linkage for early-years programmes: pseudonymous, event-sourced, reproducible.')
  .showHelpAfterError('(--help lists what there is)')
  // Options after a command belong to it, even if the command above has one of the same name.
  .enablePositionalOptions();

await addCommands(program, process.argv[2]);

// The reader of the output, such as `head`, may close it early.
process.stdout.on('error', () => process.exit(0));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`kinledger: ${describeFailure(error)}\n`);
  process.exitCode = 1;
}
