import type { CommandId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { askedByOf, Problem, type Caller } from '@kinledger/service-kit';
import { askCommand } from '../commands/ask-command.js';
import { mayActFor } from '../programme/dataset-access.js';
import { deleteRegister } from '../register/register-table.js';
import type { Receiver } from '../uploads/receive-upload.js';
import type { Submission } from './submission.js';
import { lastIntake, readSubmission, recordWithdrawal, lockIntakeOrder } from './submission-table.js';

/**
 * Withdraws a submission: a command has the linker undo it once everything accepted before is decided. Idempotent; the
 * first reason stands.
 * @throws Problem 404
 */
export async function withdrawSubmission(
  { pool, programme }: Pick<Receiver, 'pool' | 'programme'>,
  caller: Caller,
  id: string,
  reason: string,
): Promise<{ readonly submission: Submission; readonly repeated: boolean }> {
  return inTransaction(pool, async (client) => {
    const programmeId = programme.definition.id;
    // The lock comes before the read, so that two concurrent withdrawals are one.
    await lockIntakeOrder(client, programmeId);
    const submission = await readSubmission(client, id);
    if (submission === undefined || !mayActFor(caller, submission.provider)) throw submissionUnknown();
    if (submission.withdrawal !== null) return { submission, repeated: true };
    const at = new Date();
    const command = `withdraw-${submission.submission}` as CommandId;
    await askCommand(client, {
      ...{
        id: command,
        kind: 'withdraw-submission',
        programme: programmeId,
        askedBy: askedByOf(caller),
        reason,
        at,
      },
      payload: { submission: submission.submission },
      after: await lastIntake(client, programmeId),
      about: submission,
    });
    const withdrawal = { command, reason, by: caller.person, at };
    await recordWithdrawal(client, submission.submission, withdrawal);
    await deleteRegister(client, submission.upload);
    return { submission: { ...submission, withdrawal }, repeated: false };
  });
}

export const submissionUnknown = () =>
  new Problem(404, 'submission-unknown', { detail: 'There is no submission with this id.' });
