import { explainIndividual, isNotInLedger } from '@kinledger/decisions';
import { ledgerEventOf, LinkageEngine } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import { definitionDocument } from '@kinledger/programme';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Failure } from '../../failure.js';
import { print } from '../../output/output.js';
import { createProgress } from '../../output/progress.js';
import { ledgerPlaces, storeKinds, theStream, type StoreKind } from '../ledger-places.js';
import { position } from '../position.js';
import { openWaitingLedger } from '../waiting-store.js';
import { describeExplanation } from './describe-explanation.js';

interface Options {
  readonly asAt?: number;
  readonly store: StoreKind;
  readonly stream?: string;
  readonly json?: boolean;
}

export function addExplainCommand(ledger: Command): void {
  ledger
    .command('explain')
    .description(
      'tells how an individual came to be, decision by decision: which record joined, by which rule, from which file, what else was considered and why it lost',
    )
    .argument('<id>', 'a record or an individual, 32 hexadecimal digits', ledgerId)
    .option('--as-at <position>', 'as the ledger stood at this position (default: at its end)', position)
    .addOption(
      new Option('--store <store>', 'where the ledger is')
        .choices(storeKinds)
        .env('KINLEDGER_EVENT_STORE')
        .default('postgres'),
    )
    .option('--stream <name>', 'which ledger (default: the only one)')
    .option('--json', 'print one JSON document')
    .action(explain);
}

async function explain(id: string, { asAt, store: kind, stream: named, json }: Options): Promise<void> {
  const places = ledgerPlaces();
  const stream = await theStream(places, named);
  const store = openWaitingLedger(kind, places, json);
  const progress = createProgress(json !== true);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Failure('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const bar = progress.bar('events', 1);
    const explanation = await explainIndividual({
      ...{ store, stream, id, signal: interrupted.signal, ...(asAt === undefined ? {} : { asAt }) },
      engine: (options) => new LinkageEngine(options),
      isSensitive: await sensitiveDatasets(store, stream),
      onProgress: (done, total) => bar.update(done, total),
    });
    progress.stop();
    print(json, explanation, () => describeExplanation(explanation));
  } catch (error) {
    throw isNotInLedger(error) ? new Failure(error.message) : error;
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await store.close();
  }
}

const PAGE = 1_000;

/** Whether a dataset is sensitive in any definition that the ledger ever had: what was withheld once stays withheld. */
async function sensitiveDatasets(store: EventStore, stream: string): Promise<(dataset: string) => boolean> {
  const sensitive = new Set<string>();
  for (let from = 0; ;) {
    const page = await store.readPage(stream, from, PAGE);
    if (page.length === 0) return (dataset) => sensitive.has(dataset);
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
    from += page.length;
  }
}

function ledgerId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('expected an id, 32 hexadecimal digits');
  return text;
}
