import { Option, type Command } from 'commander';
import { wholeNumber } from '../../input/whole-number.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../../ledger/read-ledger.js';
import { print } from '../../output/output.js';
import { describePreview } from './describe-preview.js';
import { requireOneProposal, strategyNames, type ProposedOptions } from './proposed-strategy.js';
import { previewStrategy } from './strategy-preview.js';

interface Options extends LedgerOptions, ProposedOptions {
  readonly examples: number;
}

const EXAMPLES = 5;

export function addPreviewCommand(strategy: Command): void {
  const command = strategy
    .command('preview')
    .description(
      'says what adopting a strategy would merge, split and refer; decides everything again in memory and writes nothing',
    )
    .option('--definition <folder>', 'a changed definition of the programme, of which it takes the strategy')
    .addOption(
      new Option(
        '--strategy <name>',
        'a strategy with the limits in force; kin-1 with the model that the engine ships, unless one is in force or --model names one',
      ).choices(strategyNames),
    )
    .option('--model <file>', 'a model of kin-1, as "kinledger strategy estimate" writes it')
    .option('--review-from <millibits>', 'score from which a pair is referred', wholeNumber(6))
    .option('--link-from <millibits>', 'score from which a pair is linked', wholeNumber(6))
    .option('--margin <millibits>', 'by how much it exceeds that of any rival', wholeNumber(6))
    .option(
      '--examples <number>',
      'how many examples of each kind, by ids of records',
      wholeNumber(4),
      EXAMPLES,
    );
  withLedgerOptions(command).action(preview);
}

async function preview(options: Options): Promise<void> {
  requireOneProposal(options);
  await readLedger(options, 'interrupted: nothing was written', async (reading) => {
    const found = await previewStrategy(reading, options, options.examples);
    reading.progress.stop();
    print(options.json, found, () => describePreview(found));
  });
}
