import { inTransaction } from '@kinledger/database';
import { writeOutbox } from '@kinledger/message-bus';
import { Problem, type Account } from '@kinledger/service-kit';
import { withdrawSubmission as withdrawalMessage } from '../outbox/intake-messages.js';
import { OUTBOX_SCHEMA } from '../outbox/outbox.module.js';
import { mayActFor } from '../programme/dataset-access.js';
import { deleteRegister } from '../register/register-table.js';
import type { Receiver } from '../uploads/receive-upload.js';
import type { Submission } from './submission.js';
import { nextIntake, readSubmission, recordWithdrawal, takeTurn } from './submission-table.js';

/**
 * Takes a submission back: the withdrawal gets its own place in the order of intake, and the linker undoes what the
 * submission did. Repeatable; the first reason stands.
 * @throws Problem 404
 */
export async function withdrawSubmission(
  { pool, programme }: Pick<Receiver, 'pool' | 'programme'>,
  account: Account,
  id: string,
  reason: string,
): Promise<{ readonly submission: Submission; readonly repeated: boolean }> {
  return inTransaction(pool, async (client) => {
    const programmeId = programme.definition.id;
    // In turn before it is read: two withdrawals at once are one.
    await takeTurn(client, programmeId);
    const submission = await readSubmission(client, id);
    if (submission === undefined || !mayActFor(account, submission.provider)) throw submissionUnknown();
    if (submission.withdrawal !== null) return { submission, repeated: true };
    const { intake, at } = await nextIntake(client, programmeId);
    const withdrawal = { intake, reason, by: account.name, at };
    await recordWithdrawal(client, submission.submission, withdrawal);
    await deleteRegister(client, submission.upload);
    const command = {
      programme: programmeId,
      submission: submission.submission,
      intake,
      reason,
      by: account.name,
    };
    await writeOutbox(client, OUTBOX_SCHEMA, [withdrawalMessage(command, at)]);
    return { submission: { ...submission, withdrawal }, repeated: false };
  });
}

export const submissionUnknown = () =>
  new Problem(404, 'submission-unknown', { detail: 'There is no submission with this id.' });
