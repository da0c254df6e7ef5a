import { z } from 'zod';
import { code, rowKey } from '../identifiers.js';
import { organisation } from './asked-by.js';
import { reviewed } from './constraints.js';
import { ledgerContract } from './event-roles.js';

/** What a reviewer says of two records. */
export const reviewAnswer = z.enum(['same', 'different', 'unsure']);
export type ReviewAnswer = z.infer<typeof reviewAnswer>;

export const ReviewGiven = ledgerContract({
  name: 'ReviewGiven',
  version: 1,
  description:
    'A reviewer answered whether two records belong to one individual, and no link changes yet: the reviewer is unsure, or another person has to agree. The answer that settles it is a LinkReviewed or LinkForbidden.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: reviewed.extend({
    rows: z
      .tuple([rowKey, rowKey])
      .describe('Keys of the two rows, the subject’s first: the answer counts for corrected rows too.'),
    answer: reviewAnswer,
    reason: code.describe('Reason, as a short code; never details of a person.'),
    by: code.describe('Account that answered.'),
    organisation,
  }),
  example: {
    referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756',
    subject: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    candidate: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
    rows: ['c1d2e3f405162738c1d2e3f405162738', 'd1d2e3f405162738d1d2e3f405162738'],
    answer: 'unsure',
    reason: 'evidence-insufficient',
    by: 'data-team',
  },
});
