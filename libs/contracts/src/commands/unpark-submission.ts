import { z } from 'zod';
import { FileAccepted } from '../messages/file-accepted.js';
import { commandContract } from './command-kind.js';

export const UnparkSubmission = commandContract({
  kind: 'unpark-submission',
  description:
    'Try a parked submission once more, at the end of the order of intake: it says of the file what FileAccepted said, but for its new place.',
  payload: z.object({ file: FileAccepted.schema }),
  refusals: { 'submission-not-parked': 'The submission is not parked.' },
  example: { file: { ...FileAccepted.example, intake: 19 } },
});
