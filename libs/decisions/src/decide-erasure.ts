import type { RecordId } from '@kinledger/contracts';
import type { DecisionContext } from './decision-context.js';
import { Scribe, type Cause } from './scribe.js';
import { writeDecisions } from './write-decisions.js';

export interface DecidableErasure extends Cause {
  readonly basis: string;
  /** Records that are in the ledger and not erased. */
  readonly records: readonly RecordId[];
}

/** Erases records. Their bodies go when the events are durable, and that is not done here. */
export async function decideErasure(
  context: Omit<DecisionContext, 'staged'>,
  erasure: DecidableErasure,
): Promise<void> {
  const { ledger, writer } = context;
  const scribe = new Scribe(ledger, writer, erasure, ledger.eventsCausedBy(erasure.cause));
  const run = ledger.engine.erase({ basis: erasure.basis, records: [...erasure.records] });
  await writeDecisions(run, scribe, context);
  await writer.finish();
}
