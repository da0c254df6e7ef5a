import type { Command } from 'commander';
import { homeDirectory } from '../connection/connection.js';
import { busOption } from '../launcher/bus-option.js';
import { strategyOption } from '../launcher/strategy-option.js';
import { wholeNumber } from '../input/whole-number.js';
import { startLauncher } from '../launcher/launcher-process.js';
import { pagesAddress } from '../sign-in/sign-in.command.js';
import { untilAskedToStop } from '../launcher/until-asked-to-stop.js';
import { print } from '../output/output.js';
import { say } from '../output/progress.js';

interface Options {
  readonly home?: string;
  readonly programme?: string;
  readonly earlierDefinition?: boolean;
  readonly strategy?: string;
  readonly rowsOfPeople?: number;
  readonly fresh?: boolean;
  readonly seed?: string;
  readonly freePorts?: boolean;
  readonly json?: boolean;
  readonly bus?: string;
}

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('starts an embedded PostgreSQL and the five services, until Ctrl-C')
    .option('--home <dir>', 'where data, keys and logs lie (default: KINLEDGER_HOME, else .kinledger here)')
    .option(
      '--programme <dir>',
      'programme definition (default: KINLEDGER_PROGRAMME_DIR, else the home’s own, else programmes/leap)',
    )
    .option(
      '--earlier-definition',
      'adopt the definition even if its version is lower than that of the one in force',
    )
    .addOption(strategyOption())
    .option(
      '--rows-of-people <n>',
      'about how many rows of people the model of --strategy kin-1 expects (default: 20000)',
      wholeNumber(),
    )
    .option('--fresh', 'delete the home’s data first')
    .option(
      '--seed <text>',
      'derive the keys from a text; for demonstrations only: whoever knows it knows the keys',
    )
    .option('--free-ports', 'take free ports, not the usual ones: for several installations on one machine')
    .addOption(busOption())
    .option('--json', 'print addresses as JSON once everything is ready')
    .action(start);
}

async function start(options: Options): Promise<void> {
  const home = homeDirectory(options.home);
  const launcher = await startLauncher({ ...options, home }, (message) => {
    if (message.type === 'stage') say(options.json, message.text);
    if (message.type === 'service' && message.state === 'restarting') {
      say(options.json, `${message.service} stopped by itself; starting it again`);
    }
  });
  const { services } = launcher.connection;
  const [pages, how] = await pagesAddress(launcher.connection);
  print(options.json, { home, services, connectionFile: `${home}/connection.json` }, () =>
    [
      'Kinledger is running.',
      `  reports      ${pages}`,
      `               ${how}`,
      `  ledger       ${services.projector}`,
      '               (closed quarters and explanations; "kinledger sign-in --pages ledger" prints a link)',
      `  uploads      ${services.ingest}`,
      `  logs         ${home}/logs`,
      `  connection   ${home}/connection.json`,
      'Ctrl-C stops it.',
    ].join('\n'),
  );
  await untilAskedToStop(launcher);
}
