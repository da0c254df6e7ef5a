import { z } from 'zod';
import { code, recordId, referralId, rowKey } from '../identifiers.js';
import { organisation } from './asked-by.js';
import { ledgerContract } from './event-roles.js';

const version1 = z.object({
  rows: z
    .tuple([rowKey, rowKey])
    .describe(
      'Keys of the two rows, so that the decision applies to corrected rows too. It is suspended while one of them is not live.',
    ),
  reason: code.describe('Reason, as a short code; never details of a person.'),
  by: code.describe('Account that decided.'),
});
const version2 = version1.extend({ organisation });
const example: z.infer<typeof version2> = {
  rows: ['c1d2e3f405162738c1d2e3f405162738', 'd1d2e3f405162738d1d2e3f405162738'] as z.infer<
    typeof version2
  >['rows'],
  reason: 'seen-together',
  by: 'data-team',
};

/** The two records that a review was about, and the referral that asked. */
export const reviewed = z.object({
  referral: referralId,
  subject: recordId.describe('The record that was referred.'),
  candidate: recordId.describe('The record with which it was compared.'),
});
const version3 = version2.extend({
  review: reviewed
    .exactOptional()
    .describe('What was reviewed, where a referral asked; its first row is the subject’s.'),
});
const reviewExample = {
  ...example,
  review: {
    referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756',
    subject: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    candidate: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
  },
} as z.infer<typeof version3>;

// Version 1 did not name the organisation; version 2 did not say what was reviewed.
const from1 = { version: 1, schema: version1, upcast: (data: z.output<typeof version1>) => data };
const from2 = { version: 2, schema: version2, upcast: (data: z.output<typeof version2>) => data };
const roles = { closes: true, publishedOn: [], ignoredBy: [], bodies: 'none' } as const;
const decided = { roles, schema: version3, example: reviewExample, earlier: [from1, from2] };

export const LinkForbidden = ledgerContract({
  name: 'LinkForbidden',
  version: 3,
  description:
    'A person decided that these two rows never belong to one individual, whatever tokens they share. Closes the decisions that follow from it.',
  ...decided,
});

export const LinkReviewed = ledgerContract({
  name: 'LinkReviewed',
  version: 3,
  description:
    'A person decided that these two rows belong to one individual, unless other rows of the same people must never be linked. Closes the decisions that follow from it.',
  ...decided,
});

export const LinkAllowed = ledgerContract({
  name: 'LinkAllowed',
  version: 2,
  description:
    'A person’s decision about these two rows is revoked: the rules decide again. Closes the decisions that follow from it.',
  ...{ roles, schema: version2, example, earlier: [from1] },
});
