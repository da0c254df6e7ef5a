import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { awaitReply, commandsApi } from '../api/commands.js';
import type { Endpoint } from '../api/http.js';
import { ingestApi } from '../api/ingest.js';
import { reportingApi, type ReportingApi, type Submission } from '../api/reporting.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { say } from '../output/progress.js';
import { waitSeconds } from '../output/wait-option.js';

interface Options {
  readonly url?: string;
  readonly reportsUrl?: string;
  readonly token?: string;
  readonly wait: number;
  readonly json?: boolean;
}

interface UnparkOptions extends Options {
  readonly reason?: string;
}

interface WithdrawOptions extends Options {
  readonly reason: string;
}

export function addSubmissionsCommand(program: Command): void {
  const submissions = program.command('submissions').description('what can be done about submissions');
  submissions
    .command('unpark')
    .description('has a parked submission tried again, at the end of the order of intake, and waits for it')
    .argument('<id>', 'submission id, as the submissions page shows it')
    .option('--reason <code>', 'why, as a short code (default: cause-mended)')
    .option('--url <url>', 'ingest service (default: the one started here)')
    .option('--reports-url <url>', 'reporting service; without it and with --url, the command does not wait')
    .option(
      '--token <token>',
      'bearer token of the data team or an operator (default: KINLEDGER_TOKEN, or this machine’s)',
    )
    .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 600)
    .option('--json', 'print one JSON document')
    .action(unpark);
  submissions
    .command('withdraw')
    .description('takes a submission back, as if it had never come, and waits until the ledger says so')
    .argument('<id>', 'submission id, as the submissions page shows it')
    .requiredOption('--reason <code>', 'why, as a short code such as wrong-quarter: never a name')
    .option('--url <url>', 'ingest service (default: the one started here)')
    .option(
      '--token <token>',
      'bearer token of its provider or the data team (default: KINLEDGER_TOKEN, or this machine’s)',
    )
    .option('--wait <seconds>', 'how long to wait for the linker’s answer', waitSeconds, 600)
    .option('--json', 'print one JSON document')
    .action(withdraw);
}

async function unpark(id: string, options: UnparkOptions): Promise<void> {
  const { ingest, reporting } = endpointsFor(options);
  const { intake, command } = await ingestApi(ingest).unpark(id, options.reason);
  if (reporting === undefined) {
    print(options.json, { id, intake }, () => `Submission ${id} is tried again at place ${count(intake)}.`);
    return;
  }
  say(options.json, `waiting for its turn at place ${count(intake)}`);
  await awaitReply(commandsApi(ingest), command, options.wait);
  const submission = await decidedAt(reportingApi(reporting), id, intake);
  print(options.json, { id, intake, submission }, () => describe(id, submission));
  if (submission.state === 'parked') {
    throw new Failure(`the submission was parked again (${submission.reason ?? 'no reason given'})`);
  }
}

async function withdraw(id: string, options: WithdrawOptions): Promise<void> {
  const { ingest } = endpointsFor(options, 'dataTeam');
  const { withdrawal } = await ingestApi(ingest).withdraw(id, options.reason);
  if (withdrawal.command === undefined) {
    print(options.json, { id }, () => `Submission ${id} was withdrawn before.`);
    return;
  }
  const commands = commandsApi(ingest);
  say(options.json, 'waiting for what was accepted before to be decided');
  const asked = await commands.view(withdrawal.command);
  const { position = 0 } = await awaitReply(commands, asked, options.wait);
  print(
    options.json,
    { id, position },
    () => `Submission ${id} is withdrawn at ledger position ${count(position)}.`,
  );
}

const PAUSE_MS = 200;

/** Resolves once the submission is no longer parked, or is parked again under its new intake number. */
async function decidedAt(reporting: ReportingApi, id: string, intake: number): Promise<Submission> {
  for (;;) {
    const submission = await reporting.submission(id);
    if (submission.state !== 'parked' || (submission.intake ?? 0) >= intake) return submission;
    await pause(PAUSE_MS);
  }
}

const describe = (id: string, { state, dataset, period, closedAt }: Submission): string =>
  `Submission ${id} (${dataset ?? 'unknown dataset'}, ${period ?? 'unknown period'}) is ${state} at ledger position ${count(closedAt ?? 0)}.`;

function endpointsFor(
  { url, reportsUrl, token: given }: Options,
  as: 'operator' | 'dataTeam' = 'operator',
): {
  readonly ingest: Endpoint;
  readonly reporting: Endpoint | undefined;
} {
  const token = given ?? process.env['KINLEDGER_TOKEN'];
  if (url !== undefined) {
    return {
      ingest: { url, token },
      reporting: reportsUrl === undefined ? undefined : { url: reportsUrl, token },
    };
  }
  const { services, tokens } = requireConnection(homeDirectory());
  return {
    ingest: { url: services.ingest, token: token ?? tokens[as] },
    reporting: { url: services['reporting-api'], token: token ?? tokens[as] },
  };
}
