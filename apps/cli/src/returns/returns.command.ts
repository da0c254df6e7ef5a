import type { Command } from 'commander';
import { ingestApi } from '../api/ingest.js';
import { returnsApi } from '../api/returns.js';
import { ingestAsDataTeam, ingestFor } from '../connection/ingest-endpoint.js';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';
import { say } from '../output/progress.js';
import { returnsTable } from './returns-table.js';

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface ListOptions extends Options {
  readonly dataset?: string;
  readonly period?: string;
  readonly state?: string;
}

interface NilOptions extends Options {
  readonly dataset: string;
  readonly period: string;
  readonly attest?: boolean;
  readonly onBehalfOf?: string;
}

export function addReturnsCommand(program: Command): void {
  const returns = program.command('returns').description('which files are expected, and what came');
  const withService = (command: Command, whose: string) =>
    command
      .option('--url <url>', 'ingest service (default: the one started here)')
      .option('--token <token>', `bearer token (default: KINLEDGER_TOKEN, or ${whose} of this machine)`)
      .option('--json', 'print one JSON document');
  withService(
    returns
      .command('list', { isDefault: true })
      .description('the expected returns, the latest first: due, late, received, nil')
      .option('--dataset <id>', 'only this dataset')
      .option('--period <code>', 'only this period, e.g. 2023-24-Q2')
      .option(
        '--state <state>',
        'only this state: not-yet-due, due, late, never-delivered, received or nil-return',
      ),
    'the data team’s account',
  ).action(list);
  withService(
    returns
      .command('nil')
      .description('states that there is nothing to report for a dataset and period')
      .requiredOption('--dataset <id>', 'dataset, e.g. baby-steps.user')
      .requiredOption('--period <code>', 'period, e.g. 2023-24-Q2')
      .option('--attest', 'confirm the words of the attestation, which are printed')
      .option('--on-behalf-of <provider>', 'for the data team: the provider that has nothing to report'),
    'the provider’s account',
  ).action(makeNil);
  withService(
    returns
      .command('undo-nil')
      .description('undoes a nil return, so that the return is expected again')
      .argument('<id>', 'id of the nil return'),
    'the data team’s account',
  ).action(undoNil);
}

async function list({ dataset, period, state, ...options }: ListOptions): Promise<void> {
  const answer = await returnsApi(await ingestAsDataTeam(options)).list({ dataset, period, state });
  print(options.json, answer, () => returnsTable(answer.returns));
}

async function makeNil({ dataset, period, onBehalfOf, attest, ...options }: NilOptions): Promise<void> {
  const endpoint = await ingestFor({
    ...{ ...options, dataset },
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  });
  const { version, words } = await ingestApi(endpoint).wordsFor('nil-return');
  if (attest !== true)
    throw new Failure(`a person has to confirm: “${words}” If you do, repeat with --attest`);
  say(options.json, `you confirm: ${words}`);
  const made = await returnsApi(endpoint).nil({ dataset, period, attest: version, onBehalfOf });
  print(
    options.json,
    made,
    () =>
      `${made.dataset} ${made.period}: nothing to report, by ${made.by}${made.repeated === true ? ' (before)' : ''}\n  nil return ${made.id}`,
  );
}

async function undoNil(id: string, options: Options): Promise<void> {
  const undone = await returnsApi(await ingestAsDataTeam(options)).undo(id);
  print(
    options.json,
    undone,
    () => `${undone.dataset} ${undone.period}: a file or a nil return is expected again`,
  );
}
