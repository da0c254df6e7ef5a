import type { Command } from 'commander';
import { modelHash, type Model } from '@kinledger/kin';
import { Failure } from '../failure.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../ledger/read-ledger.js';
import { print } from '../output/output.js';
import { growingPrivateFile } from '../output/private-file.js';
import { readLiveRecords } from '../quality/read-live-records.js';
import { describeEstimate } from './describe-estimate.js';
import { describeModel } from './describe-model.js';
import { estimateFromLedger } from './estimate-model.js';
import { modelFileText, readModelFile } from './model-file.js';
import { eraseNameTable, keepFrequencies, namedTables } from './name-tables.js';
import { addPreviewCommand } from './preview/preview.command.js';
import { strategyInForce, type StrategyInForce } from './strategy-in-force.js';

interface EstimateOptions extends LedgerOptions {
  readonly out: string;
  readonly name: string;
  readonly period?: string;
  readonly frequencies?: true;
}

interface EraseOptions extends LedgerOptions {
  readonly inForce?: true;
}

interface ShowOptions extends LedgerOptions {
  readonly against?: string;
}

const INTERRUPTED = 'interrupted: nothing was written';

export function addStrategyCommand(program: Command): void {
  const strategy = program
    .command('strategy')
    .description(
      'how rows are linked: estimates a model from a ledger’s rows, shows what models weigh, and says what adopting one would change',
    );
  withLedgerOptions(
    strategy
      .command('estimate')
      .description(
        'estimates a model of kin-1 from the live rows of people, without any truth, writes it to a file, and prints what it changes; the ledger stays as it is',
      )
      .requiredOption('--out <file>', 'where to write the model')
      .option('--name <text>', 'what people call it', 'estimated')
      .option('--period <period>', 'leave out rows of files for later periods')
      .option(
        '--frequencies',
        'count an agreement on a rare name for more than on a common one: keeps a table of common names, by token, beside the ledger',
      ),
  ).action(estimate);
  withLedgerOptions(
    strategy
      .command('erase-frequencies')
      .description(
        'erases a table of common names from beside the ledger, unless the model in force names it: adopt another model first',
      )
      .argument('<id>', 'the table, as "frequencies" of a model and "strategy show" name it')
      .option(
        '--in-force',
        'erase it although the model in force names it: the linker then stops before its next decision, until another model is adopted',
      ),
  ).action(eraseFrequencies);
  withLedgerOptions(
    strategy
      .command('show')
      .description(
        'shows the strategy in force, the weights of its model and the tables of common names beside the ledger, or the weights of a model in a file',
      )
      .argument('[model]', 'file of a model (default: the strategy that the ledger adopted last)')
      .option('--against <file>', 'another model, whose weights are shown beside'),
  ).action(show);
  addPreviewCommand(strategy);
}

async function estimate({ out, name, period, frequencies, ...options }: EstimateOptions): Promise<void> {
  if (name.trim() === '')
    throw new Failure('--name is empty: leave it out, or say what people call the model');
  await readLedger(options, INTERRUPTED, async (reading) => {
    const ledger = await readLiveRecords(reading);
    reading.progress.stop();
    const withFrequencies = frequencies === true;
    const found = estimateFromLedger(ledger, { name: name.trim(), period, withFrequencies });
    // Opened first: a table whose model could not be written would be named by nobody.
    const file = growingPrivateFile(out);
    try {
      file.write(modelFileText(found.model));
      if (found.frequencies !== undefined)
        await keepFrequencies(reading, found.frequencies, ledger.records.keyVersion);
      file.finish();
    } catch (error) {
      file.discard();
      throw error;
    }
    const { model, frequencies: _, ...summary } = found;
    const table = model.frequencies === undefined ? {} : { frequencies: model.frequencies };
    print(options.json, { file: out, ...table, ...summary }, () => describeEstimate(found, out));
  });
}

async function eraseFrequencies(
  id: string,
  { inForce: evenInForce, ...options }: EraseOptions,
): Promise<void> {
  await readLedger(options, INTERRUPTED, async (reading) => {
    const { model } = await strategyInForce(reading);
    reading.progress.stop();
    const isInForce = model?.frequencies === id;
    if (isInForce && evenInForce !== true)
      throw new Failure(
        'the model in force names this table, and the linker would stop without it: adopt another model first, or add --in-force',
      );
    if (!(await eraseNameTable(reading, id)))
      throw new Failure(
        'there is no such table beside the ledger: "kinledger strategy show" lists those that are there',
      );
    print(options.json, { erased: id, inForce: isInForce }, () => `${id} is erased.`);
  });
}

async function show(file: string | undefined, { against, ...options }: ShowOptions): Promise<void> {
  const other = against === undefined ? undefined : readModelFile(against);
  if (file !== undefined) {
    const model = readModelFile(file);
    print(options.json, { hash: modelHash(model), model }, () => describeModel(model, other));
    return;
  }
  await readLedger(options, INTERRUPTED, async (reading) => {
    const found = await strategyInForce(reading);
    reading.progress.stop();
    const hash = found.model === undefined ? {} : { hash: modelHash(found.model) };
    const tables = (await namedTables(reading)).map((table) => ({
      ...table,
      inForce: table.id === found.model?.frequencies,
    }));
    print(options.json, { ...found, ...hash, tables }, () => inForceText(found, tables, other));
  });
}

interface KeptTable {
  readonly id: string;
  readonly keyVersion: number;
  /** Whether the model in force names it. */
  readonly inForce: boolean;
}

const tableText = ({ id, keyVersion, inForce }: KeptTable): string =>
  `  ${id}, under token key ${keyVersion}${inForce ? ', of the model in force' : ''}`;

function inForceText(
  { strategy, position, time, parameters, model }: StrategyInForce,
  tables: readonly KeptTable[],
  other?: Model,
): string {
  const limits = Object.entries(parameters).map(
    ([name, value]) => `  ${name}: ${typeof value === 'object' ? value.join(', ') : value}`,
  );
  return [
    `${strategy}, adopted at position ${position}, ${time}`,
    ...limits,
    ...(model === undefined ? [] : ['', describeModel(model, other)]),
    ...(tables.length === 0
      ? []
      : ['', 'Tables of common names beside the ledger:', ...tables.map(tableText)]),
  ].join('\n');
}
