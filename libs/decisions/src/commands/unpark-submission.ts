import { decideSubmission, park } from '../decide-submission.js';
import { Scribe } from '../scribe.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/** Processes a parked submission again, as if it arrived now: it is linked, or parked again. */
export const unparkSubmission: CommandHandler<'unpark-submission'> = {
  refusalOf: (ledger, { payload }) =>
    ledger.standingOf(payload.file.submission) === 'parked' ? undefined : 'submission-not-parked',

  waitsFor: ({ payload: { file } }) => ({ submission: file.submission, intake: file.intake }),

  async carryOut(context, command) {
    const { payload, reason } = command;
    const { file } = payload;
    const { ledger, writer, cause, progress } = context;
    const scribe = new Scribe(ledger, writer, cause);
    const { submission, intake } = file;
    scribe.write({ type: 'SubmissionUnparked', data: { submission, intake, reason, ...namedIn(command) } });
    if (progress?.complete !== undefined) {
      return { outcome: 'linked', rows: await decideSubmission(context, file, scribe) };
    }
    await park(context, file, progress?.unprocessable ?? 'unprocessable', scribe);
    return { outcome: 'parked', rows: 0 };
  },
};
