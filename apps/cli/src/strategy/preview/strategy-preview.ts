import {
  DraftedChanges,
  draftAdoption,
  engineOptionsOf,
  readLedgerAtHand,
  type LinkageChanges,
} from '@kinledger/decisions';
import type { ProgrammeDefinition } from '@kinledger/programme';
import type { LedgerReading } from '../../ledger/read-ledger.js';
import { proposedDefinition, type ProposedOptions } from './proposed-strategy.js';

/** A strategy as the ledger names it. */
export interface NamedStrategy {
  readonly strategy: string;
  /** Digest of all that linkage depends on, by which an adoption names it. */
  readonly digest: string;
}

/** What adopting a strategy would do. */
export interface StrategyPreview {
  /** Position of the ledger, which ends a decision. */
  readonly asAt: number;
  readonly inForce: NamedStrategy;
  readonly proposed: NamedStrategy & { readonly settings: ProgrammeDefinition['strategy'] };
  /** Whether it is the one in force: then nothing changes. */
  readonly isInForce: boolean;
  /** How many events the adoption would write. */
  readonly events: number;
  readonly linkage: LinkageChanges;
}

/** Has everything decided again in memory, and writes nothing. @throws Failure; what reading a ledger throws. */
export async function previewStrategy(
  { store, stream, progress, signal }: Omit<LedgerReading, 'places'>,
  proposed: ProposedOptions,
  examples: number,
): Promise<StrategyPreview> {
  const barOf = (name: string) => {
    const bar = progress.bar(name, 1);
    return (done: number, total: number) => bar.update(done, total);
  };
  const reading = { store, stream, signal };
  const ledger = await readLedgerAtHand({ ...reading, onProgress: barOf('events') });
  const { asAt, strategy: inForce, standing, isSensitive } = ledger;
  const definition = await proposedDefinition(proposed, ledger);
  const drafted = await draftAdoption(
    { ...reading, onProgress: barOf('bodies') },
    { asAt, definition, options: engineOptionsOf(definition) },
  );
  const changes = new DraftedChanges(standing);
  let events = 0;
  for (const decision of drafted.decisions) {
    changes.take(decision);
    events += 1;
  }
  const { adopted, isInForce } = drafted;
  return {
    asAt,
    inForce: { strategy: inForce.strategy, digest: inForce.digest },
    proposed: { strategy: adopted.strategy, digest: adopted.digest, settings: definition.strategy },
    isInForce,
    events: isInForce ? 0 : events,
    linkage: changes.changes((dataset) => !isSensitive(dataset), examples),
  };
}
