import { LinkageEngine } from '@kinledger/domain';
import { definitionsIn } from '../history/definitions-in.js';
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
    isSensitive: (await definitionsIn(store, stream, signal)).isSensitive,
  });
}
