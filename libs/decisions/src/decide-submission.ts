import { isPlacing, type DataOf, type SubmissionReceived } from '@kinledger/contracts';
import type { DecisionContext } from './decision-context.js';
import { stagedRowsDiffer } from './errors.js';
import { RowCursor } from './row-cursor.js';
import type { Scribe } from './scribe.js';

/** What is said of an accepted file. */
export type DecidableFile = DataOf<typeof SubmissionReceived>;

/**
 * Decides a submission as a whole. Its rows are read twice, so that they need not be in memory together: once for the
 * engine, once for the commitments and bodies of those whose records enter the ledger.
 * @param scribe writes in the name of what causes the decision, and may have written its opening.
 * @returns the number of rows. @throws what the store and the staged rows throw; the signal's reason when it aborts.
 */
export async function decideSubmission(
  context: DecisionContext,
  file: DecidableFile,
  scribe: Scribe,
): Promise<number> {
  const { ledger, writer, staged, signal } = context;
  const { submission } = file;
  const run = ledger.engine.begin(file);
  for await (const { rows, refused } of staged.chunksOf(submission)) {
    signal.throwIfAborted();
    for (const row of rows) run.stage(row);
    for (const rowKey of refused) run.refuse(rowKey);
  }
  const again = new RowCursor(staged, submission);
  for (const { decision, row: ordinal } of run.decide(ledger.nextRevision)) {
    if (ordinal === null) {
      scribe.write(decision);
    } else {
      const row = again.here(ordinal) ?? (await again.at(ordinal));
      if (!isPlacing(decision) || decision.data.record !== row.record) {
        throw stagedRowsDiffer(submission);
      }
      scribe.write(decision, row);
    }
    if (writer.isFull) {
      signal.throwIfAborted();
      await writer.flush();
    }
  }
  await writer.finish();
  return run.rows;
}

/** Records that a submission cannot be processed. Nothing of it was received: it has no row in the ledger. */
export async function park(
  { writer }: Pick<DecisionContext, 'writer'>,
  { submission, intake }: DecidableFile,
  reason: string,
  scribe: Scribe,
): Promise<void> {
  scribe.write({ type: 'SubmissionParked', data: { submission, intake, reason } });
  await writer.finish();
}
