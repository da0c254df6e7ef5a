import type { DataOf, LedgerDecision, WithdrawSubmission } from '@kinledger/contracts';
import type { DecisionContext } from './decision-context.js';
import { Scribe, type Cause } from './scribe.js';
import { writeDecisions } from './write-decisions.js';

export interface DecidableWithdrawal extends Cause {
  readonly data: DataOf<typeof WithdrawSubmission>;
}

/** Takes a submission out. One that was parked has no rows to take out: the ledger says that it is gone. */
export async function decideWithdrawal(
  context: Omit<DecisionContext, 'staged'>,
  withdrawal: DecidableWithdrawal,
): Promise<void> {
  const { ledger, writer } = context;
  const scribe = new Scribe(ledger, writer, withdrawal);
  if (ledger.standingOf(withdrawal.data.submission) === 'parked') {
    scribe.write(withdrawnWithoutRows(withdrawal));
  } else {
    await writeDecisions(ledger.engine.withdraw(withdrawal.data), scribe, context);
  }
  await writer.finish();
}

const withdrawnWithoutRows = ({ data }: DecidableWithdrawal): LedgerDecision => ({
  type: 'SubmissionWithdrawn',
  data: {
    submission: data.submission,
    intake: data.intake,
    reason: data.reason,
    by: data.by,
    retired: 0,
    revived: 0,
  },
});
