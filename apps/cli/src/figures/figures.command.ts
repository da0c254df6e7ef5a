import { InvalidArgumentError, type Command } from 'commander';
import { Refused, type Endpoint } from '../api/http.js';
import { projectorApi } from '../api/projector.js';
import { reportingApi, type DescribedFigure } from '../api/reporting.js';
import { findConnection, homeDirectory, requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';
import { say } from '../output/progress.js';
import { figureTable } from './figure-table.js';
import { reachTable } from './reach-table.js';

interface Options {
  readonly period: string;
  readonly asAt?: number;
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

interface ShowOptions extends Options {
  readonly by?: string;
  readonly scope?: string;
}

export function addFiguresCommand(program: Command): void {
  const figures = program.command('figures').description('figures of the programme');
  addQuestion(
    figures
      .command('reach')
      .description('unique reach by programme, strand and service: children, adults, families'),
  ).action(reach);
  addQuestion(
    figures
      .command('show')
      .argument('<figure>', 'a figure, e.g. reach-by-deprivation, or one of its versions: reach@1')
      .description('the rows of any figure that the reporting service has'),
  )
    .option('--by <what>', 'period or quarter (default: period)')
    .option('--scope <scope>', 'programme, strand:<strand> or service:<service> (default: every one)')
    .action(show);
}

/** Adds the options of both commands. */
const addQuestion = (command: Command): Command =>
  command
    .requiredOption('--period <code>', 'period, e.g. 2023-24-Q2, 2023-24-AY or lifetime')
    .option('--as-at <position>', 'as the ledger stood at this position', position)
    .option('--url <url>', 'reporting service (default: the one started here)')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the operator’s account of this machine)',
    )
    .option('--json', 'print the answer as JSON')
    .option('--csv', 'print the answer as CSV');

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

async function show(
  name: string,
  { period, by, scope, asAt, json, csv, ...where }: ShowOptions,
): Promise<void> {
  const reporting = reportingApi(reportingEndpoint(where));
  const figure = figureNamed(name, await reporting.figures());
  const asked = { period, by, scope, asAt };
  if (asAt !== undefined) await ensureRebuiltUpTo(asAt, () => reporting.figureRows(figure, asked), json);
  if (csv === true) {
    process.stdout.write(await reporting.figureCsv(figure, asked));
    return;
  }
  const answer = await reporting.figureRows(figure, asked);
  print(json, answer, () => figureTable(figure, answer));
}

/** Finds `reach@1`, or the newest version of `reach`. @throws Failure if there is no such figure. */
function figureNamed(name: string, known: readonly DescribedFigure[]): DescribedFigure {
  const [id, version] = name.split('@');
  const found = known
    .filter((one) => one.figure === id && (version === undefined || String(one.version) === version))
    .toSorted((one, other) => one.version - other.version)
    .at(-1);
  if (found !== undefined) return found;
  const names = known.map((one) => `${one.figure}@${one.version}`).join(', ');
  throw new Failure(`there is no figure of this name: choose one of ${names}`);
}

const reportingEndpoint = ({ url, token }: Pick<Options, 'url' | 'token'>): Endpoint => {
  const given = token ?? process.env['KINLEDGER_TOKEN'];
  if (url !== undefined) return { url, token: given };
  const { services, tokens } = requireConnection(homeDirectory());
  return { url: services['reporting-api'], token: given ?? tokens.operator };
};

/** Rebuilds read models up to a past position, if this machine runs the services. */
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
