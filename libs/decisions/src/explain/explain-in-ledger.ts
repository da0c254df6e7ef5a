import { ledgerEventOf, LinkageEngine } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';
import { definitionDocument } from '@kinledger/programme';
import { ledgerUnreadable } from '../errors.js';
import { explainIndividual, type Explanation, type ExplainOptions } from './explain-individual.js';

/**
 * How an individual came to be, by the linkage engine, without the datasets that any definition in the ledger calls
 * sensitive.
 * @throws NotInLedger; LedgerUnreadable where a definition is missing; what `replayLedger` throws.
 */
export async function explainInLedger(
  options: Omit<ExplainOptions, 'engine' | 'isSensitive'>,
): Promise<Explanation> {
  const { store, stream, signal } = options;
  return explainIndividual({
    ...options,
    engine: (engineOptions) => new LinkageEngine(engineOptions),
    isSensitive: await sensitiveDatasets(store, stream, signal),
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
        throw ledgerUnreadable(`the definition ${event.data.definition} is not beside the ledger`);
      const { definition } = definitionDocument.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
      for (const dataset of definition.datasets) if (dataset.sensitive === true) sensitive.add(dataset.id);
    }
  }
  return (dataset) => sensitive.has(dataset);
}
