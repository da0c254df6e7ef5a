import { isPlacing, type DataOf, type SubmissionReceived } from '@kinledger/contracts';
import { ChunkCursor } from './chunk-cursor.js';
import type { DecisionContext } from './decision-context.js';
import { stagedRowsDiffer } from './errors.js';
import type { Scribe } from './scribe.js';

/** The data of an accepted file. */
export type DecidableFile = DataOf<typeof SubmissionReceived>;

/**
 * Decides a whole submission. Reads its rows twice, so that they need not fit in memory: first for the engine, then for
 * the commitments and segments of those whose records enter the ledger.
 * @param scribe writes for the cause of the decision, and may already have written its opening event.
 * @returns the number of rows. @throws errors of the store and the staged rows; the signal's reason when it aborts.
 */
export async function decideSubmission(
  context: DecisionContext,
  file: DecidableFile,
  scribe: Scribe,
): Promise<number> {
  const { ledger, writer, staged, signal } = context;
  const { submission } = file;
  const run = ledger.engine.begin(file);
  for await (const chunk of staged.chunksOf(submission)) {
    signal.throwIfAborted();
    run.beginChunk(chunk.head.chunk);
    for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
      const row = chunk.row(ordinal);
      if (row === undefined) throw stagedRowsDiffer(submission);
      if (!('absent' in row)) run.stage(row);
      else if (row.absent === 'unchanged') run.stageUnchanged(row.record);
      else if (row.absent === 'tokens') run.stagePartly(row.row);
      else run.stageForgotten(row.placed);
    }
    if (chunk.repeated !== undefined) run.countRepeated(chunk.repeated);
    for (const rowKey of chunk.head.refused) run.refuse(rowKey);
  }
  const again = new ChunkCursor(staged, submission);
  for (const { decision, rows } of run.decide(ledger.nextRevision)) {
    if (rows === null) {
      scribe.write(decision);
    } else {
      if (!isPlacing(decision)) throw new Error(`${decision.type} brings no record into the ledger`);
      const entering = await again.rowsAt(rows);
      const { chunk, ordinals } = entering;
      const isTheirs = decision.data.placements.every(
        ({ record }, index) => chunk.recordOf(ordinals[index] ?? Number.NaN) === record,
      );
      if (!isTheirs) throw stagedRowsDiffer(submission);
      scribe.write(decision, entering);
    }
    if (writer.isFull) {
      signal.throwIfAborted();
      await writer.flush();
    }
  }
  await writer.finish();
  return run.rows;
}

/** Records that a submission cannot be processed. None of its rows is in the ledger. */
export async function park(
  { writer }: Pick<DecisionContext, 'writer'>,
  { submission, intake }: DecidableFile,
  reason: string,
  scribe: Scribe,
): Promise<void> {
  scribe.write({ type: 'SubmissionParked', data: { submission, intake, reason } });
  await writer.finish();
}
