import { ledgerEventOf } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';
import type { ProgrammeDefinition } from '@kinledger/programme';
import { definitionBeside } from './definition-beside.js';

export interface DefinitionsInLedger {
  /** The definition in force; undefined in an empty ledger. */
  readonly inForce: ProgrammeDefinition | undefined;
  /** Digest of the definition in force. */
  readonly digest: string | undefined;
  readonly sensitive: ReadonlySet<string>;
  /** Whether a dataset is sensitive in any definition that the ledger ever had: what was withheld once stays withheld. */
  readonly isSensitive: (dataset: string) => boolean;
}

const PAGE = 1_000;

/** Reads every definition that a ledger names. @throws LedgerUnreadable where one is missing. */
export async function definitionsIn(
  store: EventStore,
  stream: string,
  signal: AbortSignal,
): Promise<DefinitionsInLedger> {
  const sensitive = new Set<string>();
  let inForce: ProgrammeDefinition | undefined;
  let digest: string | undefined;
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
      digest = event.data.definition;
      inForce = (await definitionBeside(store, digest)).definition;
      for (const dataset of inForce.datasets) if (dataset.sensitive === true) sensitive.add(dataset.id);
    }
  }
  return { inForce, digest, sensitive, isSensitive: (dataset) => sensitive.has(dataset) };
}
