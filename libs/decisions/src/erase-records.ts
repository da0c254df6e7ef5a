import type { ProviderId, RecordId } from '@kinledger/contracts';
import type { DecisionContext } from './decision-context.js';
import { Scribe, type Cause } from './scribe.js';
import { writeDecisions } from './write-decisions.js';

export interface DecidableErasure extends Cause {
  readonly basis: string;
  /** Account that asked, if known. */
  readonly by?: string | undefined;
  /** Provider for which the account asked. */
  readonly organisation?: ProviderId | undefined;
  /** Records that are in the ledger and not erased. */
  readonly records: readonly RecordId[];
}

/**
 * Records an erasure in the ledger, for a command or a line of the list of erasures. The caller deletes the bodies once
 * the events are durable.
 */
export async function eraseRecords(
  context: Omit<DecisionContext, 'staged'>,
  { cause, time, basis, by, organisation, records }: DecidableErasure,
): Promise<void> {
  const { ledger, writer } = context;
  const scribe = new Scribe(ledger, writer, { cause, time }, ledger.eventsCausedBy(cause));
  const run = ledger.engine.erase({
    basis,
    ...(by === undefined ? {} : { by }),
    ...(organisation === undefined ? {} : { organisation }),
    records: [...records],
  });
  await writeDecisions(run, scribe, context);
  await writer.finish();
}
