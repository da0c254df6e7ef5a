import type { Command as Program } from 'commander';
import { commandsApi, type Command } from '../api/commands.js';
import type { Endpoint } from '../api/http.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { count, print } from '../output/output.js';

interface Options {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export function addCommandsCommand(program: Program): void {
  program
    .command('commands')
    .description(
      'what people ordered of the ledger: withdrawals, un-parkings, erasures, closings of quarters',
    )
    .command('show')
    .description('shows a command, and how the linker answered it')
    .argument('<id>', 'id of the command, as the answer to it names it')
    .option('--url <url>', 'ingest service (default: the one started here)')
    .option('--token <token>', 'bearer token (default: KINLEDGER_TOKEN, or this machine’s)')
    .option('--json', 'print one JSON document')
    .action(show);
}

async function show(id: string, { url, token, json }: Options): Promise<void> {
  const command = await commandsApi(endpointFor(url, token)).view(id);
  print(json, command, () => describeCommand(command));
}

/** A command in one sentence. */
export function describeCommand({ id, kind, askedBy, state, position, refusal }: Command): string {
  const asked = `${kind} ${id}, asked for by ${askedBy}`;
  switch (state) {
    case 'accepted':
      return `${asked}, is carried out at ledger position ${count(position ?? 0)}.`;
    case 'refused':
      return `${asked}, was refused: ${refusal?.detail ?? 'no reason given'}`;
    case 'waiting':
      return `${asked}, waits for the linker: it is carried out when its turn comes.`;
    default:
      return state satisfies never;
  }
}

function endpointFor(url: string | undefined, given: string | undefined): Endpoint {
  const token = given ?? process.env['KINLEDGER_TOKEN'];
  if (url !== undefined) return { url, token };
  const { services, tokens } = requireConnection(homeDirectory());
  return { url: services.ingest, token: token ?? tokens.operator };
}
