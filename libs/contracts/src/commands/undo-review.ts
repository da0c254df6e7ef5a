import { z } from 'zod';
import { recordId } from '../identifiers.js';
import { commandContract } from './command-kind.js';

export const UndoReview = commandContract({
  kind: 'undo-review',
  description:
    'Revoke the decision about two records, and the answers that led to it: the rules decide again, and a doubt that comes back waits for a new review.',
  payload: z.object({ subject: recordId, candidate: recordId }),
  refusals: { 'not-decided': 'No decision about these two records stands.' },
  example: {
    subject: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    candidate: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
  },
});
