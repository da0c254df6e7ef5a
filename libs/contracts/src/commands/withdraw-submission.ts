import { z } from 'zod';
import { submissionId } from '../identifiers.js';
import { commandContract } from './command-kind.js';

export const WithdrawSubmission = commandContract({
  kind: 'withdraw-submission',
  description: 'Withdraw a submission, so that individuals and figures become what they would be without it.',
  payload: z.object({ submission: submissionId }),
  refusals: {
    'submission-unknown': 'The ledger has no such submission.',
    'submission-withdrawn-already': 'The submission has been withdrawn already.',
  },
  example: { submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6' },
});
