import type { LedgerDecision } from '@kinledger/contracts';
import type { Withdrawal } from '@kinledger/domain';
import { Scribe } from '../scribe.js';
import { writeDecisions } from '../write-decisions.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/** Withdraws a submission. A parked one has no rows in the ledger, which only records the withdrawal. */
export const withdrawSubmission: CommandHandler<'withdraw-submission'> = {
  refusalOf(ledger, { payload }) {
    const standing = ledger.standingOf(payload.submission);
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
  },

  async carryOut(context, command) {
    const { payload, reason } = command;
    const { submission } = payload;
    const { ledger, writer, cause } = context;
    const withdrawal: Withdrawal = { submission, intake: ledger.lastIntake, reason, ...namedIn(command) };
    const scribe = new Scribe(ledger, writer, cause);
    if (ledger.standingOf(submission) === 'parked') scribe.write(withoutRows(withdrawal));
    else await writeDecisions(ledger.engine.withdraw(withdrawal), scribe, context);
    await writer.finish();
    return { outcome: 'withdrawn', rows: 0 };
  },
};

const withoutRows = (withdrawal: Withdrawal): LedgerDecision => ({
  type: 'SubmissionWithdrawn',
  data: { ...withdrawal, retired: 0, revived: 0 },
});
