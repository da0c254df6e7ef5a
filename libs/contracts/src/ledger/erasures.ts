import { z } from 'zod';
import { code, recordId } from '../identifiers.js';
import { MAX_RECORDS_PER_EVENT } from './submissions.js';
import { organisation } from './asked-by.js';
import { ledgerContract } from './event-roles.js';

const erased = z.object({
  basis: code.describe('Reason, as a short code; never details of a person.'),
  records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
});

const erasedVersion2 = erased.extend({
  by: z
    .string()
    .min(1)
    .max(100)
    .exactOptional()
    .describe('Account that asked; absent if the line of the list of erasures names none.'),
});

export const RecordErased = ledgerContract({
  name: 'RecordErased',
  version: 3,
  description:
    'These records are erased: their bodies are deleted, and nothing revives them. Closes the decisions of the erasure; from here on their bodies may be missing.',
  roles: { closes: true, publishedOn: [], ignoredBy: [], bodies: 'erases' },
  schema: erasedVersion2.extend({ organisation }),
  example: {
    basis: 'data-subject-request',
    by: 'operator',
    records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'],
  },
  // Version 1 did not name the account, and version 2 did not name the organisation.
  earlier: [
    { version: 1, schema: erased, upcast: (data: z.output<typeof erased>) => data },
    { version: 2, schema: erasedVersion2, upcast: (data: z.output<typeof erasedVersion2>) => data },
  ],
});
