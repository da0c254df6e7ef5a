import { z } from 'zod';
import { submissionId } from '../identifiers.js';
import { commandContract } from './command-kind.js';

export const WithdrawSubmission = commandContract({
  kind: 'withdraw-submission',
  description:
    'Take a submission out, so that groups and figures are those that would be there had it never come.',
  payload: z.object({ submission: submissionId }),
  refusals: {
    'submission-unknown': 'The ledger has no such submission.',
    'submission-withdrawn-already': 'The submission has been withdrawn already.',
  },
  example: { submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' },
});
