import type { CommandId } from '@kinledger/contracts';
import { inTransaction } from '@kinledger/database';
import { isLandingFileGone, readFile } from '@kinledger/landing-store';
import { askedByOf, Problem, type Caller } from '@kinledger/service-kit';
import { askCommand } from '../commands/ask-command.js';
import type { Receiver } from '../uploads/receive-upload.js';
import { readUpload } from '../uploads/upload-table.js';
import { acceptedFile } from './accepted-file.js';
import type { Submission } from './submission.js';
import {
  nextIntake,
  readSubmission,
  recordUnparking,
  rowsGoneAt,
  lockIntakeOrder,
  waitingUnparking,
} from './submission-table.js';
import { submissionUnknown } from './withdraw-submission.js';

/**
 * Requests that a parked submission be processed again. It gets a new intake number at the end of the order of intake,
 * after everything decided meanwhile. A repeated request is the same command until the linker has answered. Only the
 * linker knows whether the submission is parked; it refuses the command if not.
 * @returns the new intake number and the command. @throws Problem 404, 409 or 410
 */
export async function unparkSubmission(
  { pool, programme }: Pick<Receiver, 'pool' | 'programme'>,
  caller: Caller,
  id: string,
  reason: string,
): Promise<{ readonly submission: Submission; readonly intake: number; readonly command: CommandId }> {
  return inTransaction(pool, async (client) => {
    const programmeId = programme.definition.id;
    await lockIntakeOrder(client, programmeId);
    const submission = await readSubmission(client, id);
    const upload = submission && (await readUpload(client, submission.upload));
    if (submission === undefined || upload === undefined) throw submissionUnknown();
    if (submission.withdrawal !== null) {
      throw new Problem(409, 'submission-withdrawn', { detail: 'The submission was withdrawn.' });
    }
    if ((await rowsGoneAt(client, [submission.upload])).size > 0) {
      throw new Problem(409, 'submission-not-parked', {
        detail:
          'The submission’s rows have been pseudonymised, and none is kept here. If it is parked because they were lost, withdraw it, and have the file sent again.',
      });
    }
    await readFile(client, submission.upload).catch((error: unknown) => {
      throw isLandingFileGone(error) ? rowsGone() : error;
    });
    const waiting = await waitingUnparking(client, submission.submission);
    if (waiting !== undefined) return { submission, ...waiting };
    const { intake, at } = await nextIntake(client, programmeId);
    await recordUnparking(client, { intake, submission: submission.submission, askedBy: caller.person, at });
    const { pseudonymisedAtSource, extractKind } = datasetOf(programme, submission);
    const file = acceptedFile(programmeId, { pseudonymisedAtSource, extractKind }, submission, upload);
    const command = `unpark-${submission.submission}-${intake}` as CommandId;
    await askCommand(client, {
      ...{
        id: command,
        kind: 'unpark-submission',
        programme: programmeId,
        askedBy: askedByOf(caller),
        reason,
        at,
      },
      payload: { file: { ...file, intake } },
      after: intake - 1,
      about: submission,
    });
    return { submission, intake, command };
  });
}

function datasetOf(programme: Receiver['programme'], { dataset }: Submission) {
  const found = programme.dataset(dataset);
  if (found === undefined) {
    throw new Problem(409, 'dataset-unknown', {
      detail: 'The programme no longer has the dataset: withdraw the submission.',
    });
  }
  return found;
}

const rowsGone = () =>
  new Problem(410, 'rows-gone', {
    detail: 'Nothing of the file is stored any more. Withdraw the submission, and have the file sent again.',
  });
