import { explainIndividual, isNotInLedger } from '@kinledger/decisions';
import { ledgerEventOf, LinkageEngine } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';
import { definitionDocument } from '@kinledger/programme';
import { InvalidArgumentError, type Command } from 'commander';
import { Failure } from '../../failure.js';
import { print } from '../../output/output.js';
import { position } from '../position.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../read-ledger.js';
import { describeExplanation } from './describe-explanation.js';

interface Options extends LedgerOptions {
  readonly asAt?: number;
}

export function addExplainCommand(ledger: Command): void {
  const command = ledger
    .command('explain')
    .description(
      'tells how an individual came to be, decision by decision: which record joined, by which rule, from which file, what else was considered and why it lost',
    )
    .argument('<id>', 'a record or an individual, 32 hexadecimal digits', ledgerId)
    .option('--as-at <position>', 'as the ledger stood at this position (default: at its end)', position);
  withLedgerOptions(command).action(explain);
}

async function explain(id: string, options: Options): Promise<void> {
  await readLedger(options, 'interrupted', async ({ store, stream, progress, signal }) => {
    const { asAt, json } = options;
    const bar = progress.bar('events', 1);
    const explanation = await explainIndividual({
      ...{ store, stream, id, signal, ...(asAt === undefined ? {} : { asAt }) },
      engine: (engineOptions) => new LinkageEngine(engineOptions),
      isSensitive: await sensitiveDatasets(store, stream, signal),
      onProgress: (done, total) => bar.update(done, total),
    });
    progress.stop();
    print(json, explanation, () => describeExplanation(explanation));
  }).catch((error: unknown) => {
    throw isNotInLedger(error) ? new Failure(error.message) : error;
  });
}

const PAGE = 1_000;

/** Whether a dataset is sensitive in any definition that the ledger ever had: what was withheld once stays withheld. */
async function sensitiveDatasets(
  store: EventStore,
  stream: string,
  signal: AbortSignal,
): Promise<(dataset: string) => boolean> {
  const sensitive = new Set<string>();
  const pages = readAhead({
    ...{ from: 0, to: await store.head(stream), signal },
    read: (from) => store.readPage(stream, from, PAGE),
    lengthOf: (page) => page.length,
  });
  for await (const page of pages) {
    for (const stored of page) {
      if (stored.type !== 'ProgrammeDefined') continue;
      const event = ledgerEventOf(stored, stream);
      if (event.type !== 'ProgrammeDefined') continue;
      const bytes = await store.readPayload(event.data.definition);
      if (bytes === undefined)
        throw new Failure(`the definition ${event.data.definition} is not beside the ledger`);
      const { definition } = definitionDocument.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
      for (const dataset of definition.datasets) if (dataset.sensitive === true) sensitive.add(dataset.id);
    }
  }
  return (dataset) => sensitive.has(dataset);
}

function ledgerId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('expected an id, 32 hexadecimal digits');
  return text;
}
