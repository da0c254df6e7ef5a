import { isPlacing, type LedgerDecision } from '@kinledger/contracts';
import type { DecisionRun } from '@kinledger/domain';
import type { FileIntake, Inbox, Intake, WithdrawalIntake } from '../inbox/inbox.js';
import { stagedRowsDiffer } from './errors.js';
import type { LedgerWriter } from './ledger-writer.js';
import type { PendingErasure } from './pending-erasures.js';
import type { ProgrammeLedger } from './programme-ledger.js';
import { RowCursor } from './row-cursor.js';
import { Scribe } from './scribe.js';

export interface DecisionContext {
  readonly ledger: ProgrammeLedger;
  readonly writer: LedgerWriter;
  readonly inbox: Inbox;
  readonly signal: AbortSignal;
}

/** Why a command cannot be carried out; nothing is recorded. */
export type Refusal = 'submission-unknown' | 'submission-withdrawn-already' | 'submission-not-parked';

/**
 * Decides a submission as a whole. Its rows are read twice, so that they need not be in memory together: once for the
 * engine, once for the commitments and bodies of those whose records enter the ledger.
 * @returns the number of rows. @throws what the store and the inbox throw; the signal's reason when it aborts.
 */
export async function decideSubmission(context: DecisionContext, intake: FileIntake): Promise<number> {
  const { ledger, writer, inbox, signal } = context;
  const { submission } = intake.data;
  const run = ledger.engine.begin(intake.data);
  for await (const { rows, refused } of inbox.chunksOf(submission)) {
    signal.throwIfAborted();
    for (const row of rows) run.stage(row);
    for (const rowKey of refused) run.refuse(rowKey);
  }
  const again = new RowCursor(inbox, submission);
  const scribe = new Scribe(ledger, writer, intake);
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
export async function park(context: DecisionContext, intake: FileIntake, reason: string): Promise<void> {
  const scribe = new Scribe(context.ledger, context.writer, intake);
  scribe.write({
    type: 'SubmissionParked',
    data: { submission: intake.data.submission, intake: intake.intake, reason },
  });
  await context.writer.finish();
}

/** Whether an intake cannot be carried out. A function of the ledger: asked again, it answers the same. */
export function refusalOf(ledger: ProgrammeLedger, { kind, data }: Intake): Refusal | undefined {
  const standing = ledger.standingOf(data.submission);
  switch (kind) {
    case 'file':
      return undefined;
    case 'unparking':
      return standing === 'parked' ? undefined : 'submission-not-parked';
    case 'withdrawal':
      return refusalOfWithdrawal(standing);
    default:
      return kind satisfies never;
  }
}

function refusalOfWithdrawal(standing: ReturnType<ProgrammeLedger['standingOf']>): Refusal | undefined {
  switch (standing) {
    case 'parked':
    case 'standing':
    case 'superseded':
      return undefined;
    case 'unknown':
      return 'submission-unknown';
    case 'withdrawn':
      return 'submission-withdrawn-already';
    default:
      return standing satisfies never;
  }
}

/** Takes a submission out. One that was parked has no rows to take out: the ledger says that it is gone. */
export async function decideWithdrawal(context: DecisionContext, intake: WithdrawalIntake): Promise<void> {
  const { ledger, writer, signal } = context;
  const { data } = intake;
  const scribe = new Scribe(ledger, writer, intake);
  if (ledger.standingOf(data.submission) === 'parked') {
    scribe.write(withdrawnWithoutRows(intake));
  } else {
    await writeAll(ledger.engine.withdraw(data), ledger, scribe, writer, signal);
  }
  await writer.finish();
}

/** Erases records. Their bodies go when the events are durable, and that is not done here. */
export async function decideErasure(
  { ledger, writer, signal }: Omit<DecisionContext, 'inbox'>,
  erasure: PendingErasure,
): Promise<void> {
  const scribe = new Scribe(ledger, writer, erasure, ledger.eventsCausedBy(erasure.cause));
  const run = ledger.engine.erase({ basis: erasure.basis, records: [...erasure.records] });
  await writeAll(run, ledger, scribe, writer, signal);
  await writer.finish();
}

async function writeAll(
  run: DecisionRun,
  ledger: ProgrammeLedger,
  scribe: Scribe,
  writer: LedgerWriter,
  signal: AbortSignal,
): Promise<void> {
  for (const { decision } of run.decide(ledger.nextRevision)) {
    scribe.write(decision);
    if (writer.isFull) {
      signal.throwIfAborted();
      await writer.flush();
    }
  }
}

const withdrawnWithoutRows = ({ data, intake }: WithdrawalIntake): LedgerDecision => ({
  type: 'SubmissionWithdrawn',
  data: { submission: data.submission, intake, reason: data.reason, by: data.by, retired: 0, revived: 0 },
});
