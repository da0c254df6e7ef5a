import { z } from 'zod';
import { code, rowKey } from '../identifiers.js';
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
const schema = version1.extend({ organisation });
const example: z.infer<typeof schema> = {
  rows: ['c1d2e3f405162738c1d2e3f405162738', 'd1d2e3f405162738d1d2e3f405162738'] as z.infer<
    typeof schema
  >['rows'],
  reason: 'seen-together',
  by: 'data-team',
};
// Version 1 did not name the organisation.
const earlier = [{ version: 1, schema: version1, upcast: (data: z.output<typeof version1>) => data }];
const roles = { closes: true, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' } as const;

export const LinkForbidden = ledgerContract({
  name: 'LinkForbidden',
  version: 2,
  description:
    'A person decided that these two rows never belong to one individual, whatever tokens they share. Closes the decisions that follow from it.',
  ...{ roles, schema, example, earlier },
});

export const LinkReviewed = ledgerContract({
  name: 'LinkReviewed',
  version: 2,
  description:
    'A person decided that these two rows belong to one individual, unless other rows of the same people must never be linked. Closes the decisions that follow from it.',
  ...{ roles, schema, example, earlier },
});

export const LinkAllowed = ledgerContract({
  name: 'LinkAllowed',
  version: 2,
  description:
    'A person’s decision about these two rows is revoked: the rules decide again. Closes the decisions that follow from it.',
  ...{ roles, schema, example, earlier },
});
