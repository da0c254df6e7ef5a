import { Option, type Command } from 'commander';
import { Failure } from '../../failure.js';
import { wholeNumber } from '../../input/whole-number.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../../ledger/read-ledger.js';
import { AFTER_DISCLOSURE_CONTROL } from '../../output/disclosed.js';
import { print } from '../../output/output.js';
import { writePrivateFile } from '../../output/private-file.js';
import { describePreview } from './describe-preview.js';
import { previewPage } from './preview-page.js';
import {
  proposedDefinition,
  requireOneProposal,
  strategyNames,
  type ProposedOptions,
} from './proposed-strategy.js';
import { previewStrategy } from './strategy-preview.js';

interface Options extends LedgerOptions, ProposedOptions {
  readonly examples: number;
  readonly figures: boolean;
  readonly scope: string;
  readonly shown?: boolean;
  readonly html?: string;
}

/** None unless asked for: a preview notes no look at anybody. */
const EXAMPLES = 0;

export function addPreviewCommand(strategy: Command): void {
  const command = strategy
    .command('preview')
    .description(
      'says what adopting a strategy would merge, split and refer, and what it would do to each figure of each quarter; decides everything again in memory and writes nothing',
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
    )
    .option('--no-figures', 'leave out figures, which take most of the time')
    .option(
      '--scope <scope>',
      'figures of programme, strand:<strand>, service:<service>, or all',
      'programme',
    )
    .option('--shown', `only figures, and no counts of who is who: ${AFTER_DISCLOSURE_CONTROL}`)
    .option('--html <file>', 'also write a page that opens without the services; only its owner can read it');
  withLedgerOptions(command).action(preview);
}

async function preview(options: Options): Promise<void> {
  requireOneProposal(options);
  if (options.shown === true && !options.figures)
    throw new Failure(
      '--shown tells figures alone, and --no-figures leaves them out: leave out one of the two',
    );
  if (options.shown === true && options.examples > 0)
    throw new Failure('--shown tells of no single record: leave out --examples');
  await readLedger(options, 'interrupted: nothing was written', async (reading) => {
    const { examples, scope, json } = options;
    const { platformUrl } = reading.places;
    const isShown = options.shown === true;
    const found = await previewStrategy(reading, (ledger) => proposedDefinition(options, ledger), {
      examples,
      ...(options.figures ? { figures: { platformUrl, isShown } } : {}),
    });
    reading.progress.stop();
    if (options.html !== undefined) writePrivateFile(options.html, previewPage(found));
    print(json, found, () => describePreview(found, scope));
  });
}
