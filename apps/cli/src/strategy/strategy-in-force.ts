import { definitionBeside, ledgerPages } from '@kinledger/decisions';
import { ledgerEventOf, scoringModel } from '@kinledger/domain';
import type { Model } from '@kinledger/kin';
import { Failure } from '../failure.js';
import type { LedgerReading } from '../ledger/read-ledger.js';

/** The strategy that a ledger adopted last. */
export interface StrategyInForce {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, number | string | readonly string[]>>;
  readonly digest: string;
  /** The position of its adoption, and the time of the message that was decided next. */
  readonly position: number;
  readonly time: string;
  /** By which it scores; undefined if it does not score. */
  readonly model: Model | undefined;
}

/** @throws Failure if the ledger has adopted none. */
export async function strategyInForce({
  store,
  stream,
  progress,
  signal,
}: Pick<LedgerReading, 'store' | 'stream' | 'progress' | 'signal'>): Promise<StrategyInForce> {
  const to = await store.head(stream);
  const bar = progress.bar('events', to + 1);
  let adopted: (Omit<StrategyInForce, 'model'> & { readonly definition: string | undefined }) | undefined;
  let definition: string | undefined;
  for await (const page of ledgerPages({ store, stream, from: 0, to, signal })) {
    for (const stored of page.events) {
      const { type, data, revision, time } = ledgerEventOf(stored, stream);
      if (type === 'ProgrammeDefined') definition = data.definition;
      if (type === 'StrategyAdopted') {
        const { strategy, parameters, digest } = data;
        adopted = { ...{ strategy, parameters, digest, time, definition }, position: revision };
      }
    }
    bar.update((page.events.at(-1)?.revision ?? to) + 1);
  }
  if (adopted === undefined) throw new Failure(`${stream} has adopted no strategy`);
  const { definition: digest, ...inForce } = adopted;
  if (digest === undefined) throw new Failure(`${stream} holds no definition of a programme`);
  const document = await definitionBeside(store, digest);
  return { ...inForce, model: scoringModel(document.definition.strategy) };
}
