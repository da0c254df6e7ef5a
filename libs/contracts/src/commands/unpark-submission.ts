import { z } from 'zod';
import { FileAccepted } from '../messages/file-accepted.js';
import { commandContract } from './command-kind.js';

export const UnparkSubmission = commandContract({
  kind: 'unpark-submission',
  description:
    'Process a parked submission again, at the end of the order of intake. Contains the data of FileAccepted with a new intake number.',
  payload: z.object({ file: FileAccepted.schema }),
  refusals: { 'submission-not-parked': 'The submission is not parked.' },
  example: { file: { ...FileAccepted.example, intake: 19 } },
});
