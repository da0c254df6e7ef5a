import { isPlacing, type DataOf, type SubmissionReceived } from '@kinledger/contracts';
import type { DecisionContext } from './decision-context.js';
import { stagedRowsDiffer } from './errors.js';
import { RowCursor } from './row-cursor.js';
import { Scribe, type Cause } from './scribe.js';

/** An accepted file, and the message that said so. */
export interface DecidableFile extends Cause {
  readonly data: DataOf<typeof SubmissionReceived>;
}

/**
 * Decides a submission as a whole. Its rows are read twice, so that they need not be in memory together: once for the
 * engine, once for the commitments and bodies of those whose records enter the ledger.
 * @returns the number of rows. @throws what the store and the staged rows throw; the signal's reason when it aborts.
 */
export async function decideSubmission(context: DecisionContext, file: DecidableFile): Promise<number> {
  const { ledger, writer, staged, signal } = context;
  const { submission } = file.data;
  const run = ledger.engine.begin(file.data);
  for await (const { rows, refused } of staged.chunksOf(submission)) {
    signal.throwIfAborted();
    for (const row of rows) run.stage(row);
    for (const rowKey of refused) run.refuse(rowKey);
  }
  const again = new RowCursor(staged, submission);
  const scribe = new Scribe(ledger, writer, file);
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
  { ledger, writer }: Pick<DecisionContext, 'ledger' | 'writer'>,
  file: DecidableFile,
  reason: string,
): Promise<void> {
  const { submission, intake } = file.data;
  new Scribe(ledger, writer, file).write({ type: 'SubmissionParked', data: { submission, intake, reason } });
  await writer.finish();
}
