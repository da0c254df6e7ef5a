import { isPlacing, type DataOf, type PseudonymisedRow, type SubmissionReceived } from '@kinledger/contracts';
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
  for await (const { chunk, rows, refused } of staged.chunksOf(submission)) {
    signal.throwIfAborted();
    run.beginChunk(chunk);
    for (const row of rows) run.stage(row);
    for (const rowKey of refused) run.refuse(rowKey);
  }
  const again = new RowCursor(staged, submission);
  for (const { decision, rows: ordinals } of run.decide(ledger.nextRevision)) {
    if (ordinals === null) {
      scribe.write(decision);
    } else {
      if (!isPlacing(decision)) throw new Error(`${decision.type} brings no record into the ledger`);
      const rows: PseudonymisedRow[] = [];
      for (const [index, ordinal] of ordinals.entries()) {
        const row = again.here(ordinal) ?? (await again.at(ordinal));
        if (decision.data.placements[index]?.record !== row.record) throw stagedRowsDiffer(submission);
        rows.push(row);
      }
      scribe.write(decision, rows);
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
