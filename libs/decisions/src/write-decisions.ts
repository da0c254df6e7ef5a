import type { DecisionRun } from '@kinledger/domain';
import type { DecisionContext } from './decision-context.js';
import type { Scribe } from './scribe.js';

/** Writes the decisions of a run that brings in no rows. @throws the signal's reason when it aborts. */
export async function writeDecisions(
  run: DecisionRun,
  scribe: Scribe,
  { ledger, writer, signal }: Omit<DecisionContext, 'staged'>,
): Promise<void> {
  for (const { decision } of run.decide(ledger.nextRevision)) {
    scribe.write(decision);
    if (writer.isFull) {
      signal.throwIfAborted();
      await writer.flush();
    }
  }
}
