import { z } from 'zod';
import { reviewed } from '../ledger/constraints.js';
import { reviewAnswer } from '../ledger/reviews.js';
import { commandContract } from './command-kind.js';

export const ReviewReferral = commandContract({
  kind: 'review-referral',
  description:
    'Answer whether the subject of a referral and one of its candidates are one individual. The answer settles it, unless the reviewer is unsure or the programme asks for a second reviewer.',
  payload: z.object({ ...reviewed.shape, answer: reviewAnswer }),
  refusals: {
    'referral-unknown':
      'No such referral waits for a review of these two records: it was decided, or its evidence is gone.',
    'decided-already': 'A decision about these two records stands: undo it first.',
    'reviewed-by-you-already':
      'You have given your answer about these two records already: another person decides next.',
  },
  example: {
    referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756',
    subject: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    candidate: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
    answer: 'same',
  },
});
