import { readProgramme } from '@kinledger/programme';
import { keysOf, readSecrets } from '@kinledger/pseudonymisation';
import type { Command } from 'commander';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { saltFor } from '../generate/salt.js';
import { textOf } from '../input/text-file.js';
import { wholeNumber } from '../input/whole-number.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../ledger/read-ledger.js';
import { print } from '../output/output.js';
import { say } from '../output/progress.js';
import { attack } from './attack.js';
import { describeAttack } from './describe-attack.js';
import { drawPopulation } from './population.js';
import { readReference, referenceCounts } from './reference.js';
import { storedTokens } from './stored-tokens.js';

interface Options extends LedgerOptions {
  readonly reference?: string;
  readonly saltFile?: string;
  readonly rows: number;
  readonly budget: number;
  readonly seed: string;
}

/** The attacker’s own population, who are not the programme’s people. */
const POPULATION = { people: 500, quarters: 2 };
const DEFAULT_ROWS = 200_000;
/** More than there are days of birth. */
const DEFAULT_BUDGET = 50_000;

export function addAttackCommand(program: Command): void {
  const command = program
    .command('attack')
    .description(
      'attacks the stored tokens as somebody would who has copied the platform’s database, by rank and by trying values: without salt and key, with the salt, with both; prints what share of each field it recovers',
    )
    .option(
      '--reference <file>',
      'for ranks, a CSV table of how common values are (field, value, count), in place of a synthetic population (fields that it lacks are ranked by the synthetic population)',
    )
    .option('--salt-file <file>', 'the salt that the second attacker has (default: that of the home)')
    .option('--rows <number>', 'at most about so many rows, drawn at random', wholeNumber(), DEFAULT_ROWS)
    .option('--budget <number>', 'at most so many values of a field', wholeNumber(), DEFAULT_BUDGET)
    .option('--seed <text>', 'what the attacker’s population is drawn from', 'attacker');
  withLedgerOptions(command).action(run);
}

async function run(options: Options): Promise<void> {
  const { json, rows, budget, seed } = options;
  const { evaluation, programmeDirectory } = requireConnection(homeDirectory());
  const secrets = await readSecrets(evaluation.secretsDirectory);
  const keys = keysOf(secrets);
  const { salt } = await saltFor(options.saltFile, evaluation.secretsDirectory);
  const file = options.reference;
  const reference = file === undefined ? undefined : referenceCounts(readReference(textOf(file), file), keys);
  const programme = await readProgramme(programmeDirectory);
  const found = await readLedger(options, 'interrupted', async (reading) => {
    const stored = await storedTokens(reading, rows);
    reading.progress.stop();
    return stored;
  });
  say(json, 'drawing the attacker’s population');
  const population = await drawPopulation(programme, { ...POPULATION, seed });
  say(json, 'trying values');
  const postcodes = await programme.postcodeLookup();
  const result = attack({ stored: found, keys, salt, population, reference, postcodes, budget });
  print(json, result, () => describeAttack(result));
}
