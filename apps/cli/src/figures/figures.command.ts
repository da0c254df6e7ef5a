import { InvalidArgumentError, type Command } from 'commander';
import { Refused, type Endpoint } from '../api/http.js';
import { projectorApi } from '../api/projector.js';
import { reportingApi } from '../api/reporting.js';
import { findConnection, homeDirectory, requireConnection } from '../connection/connection.js';
import { print } from '../output/output.js';
import { say } from '../output/progress.js';
import { reachTable } from './reach-table.js';

interface Options {
  readonly period: string;
  readonly asAt?: number;
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addFiguresCommand(program: Command): void {
  const figures = program.command('figures').description('figures of the programme');
  figures
    .command('reach')
    .description('unique reach by programme, strand and service: children, adults, families')
    .requiredOption('--period <code>', 'period, e.g. 2023-24-Q2, 2023-24-AY or lifetime')
    .option('--as-at <position>', 'as the ledger stood at this position', position)
    .option('--url <url>', 'reporting service (default: the one started here)')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the reader’s account of this machine)',
    )
    .option('--json', 'print the answer as JSON')
    .option('--csv', 'print the answer as CSV')
    .action(reach);
}

function position(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('expected a ledger position, a whole number from 0');
  return Number(text);
}

async function reach({ period, asAt, json, csv, ...where }: Options): Promise<void> {
  const reporting = reportingApi(reportingEndpoint(where));
  if (asAt !== undefined) await ensureRebuiltUpTo(asAt, () => reporting.reach(period, asAt), json);
  if (csv === true) {
    process.stdout.write(await reporting.reachCsv(period, asAt));
    return;
  }
  const answer = await reporting.reach(period, asAt);
  print(json, answer, () => reachTable(answer));
}

const reportingEndpoint = ({ url, token }: Pick<Options, 'url' | 'token'>): Endpoint => {
  const given = token ?? process.env['KINLEDGER_TOKEN'];
  if (url !== undefined) return { url, token: given };
  const { services, tokens } = requireConnection(homeDirectory());
  return { url: services['reporting-api'], token: given ?? tokens.reader };
};

/** Figures of a past position come from read models rebuilt up to it: made here, where we started the services. */
async function ensureRebuiltUpTo(
  asAt: number,
  ask: () => Promise<unknown>,
  quiet: boolean | undefined,
): Promise<void> {
  try {
    await ask();
  } catch (error) {
    const missing = error instanceof Refused && error.problemCode === 'position-not-rebuilt';
    const connection = missing ? findConnection(homeDirectory()) : undefined;
    if (connection === undefined) throw error;
    say(quiet, `rebuilding up to position ${asAt}`);
    const projector = projectorApi({ url: connection.services.projector, token: connection.tokens.operator });
    await projector.rebuild(asAt, () => undefined);
  }
}
