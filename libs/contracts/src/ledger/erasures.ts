import { z } from 'zod';
import { code, recordId } from '../identifiers.js';
import { MAX_RECORDS_PER_EVENT } from './submissions.js';
import { ledgerContract } from './event-roles.js';

export const RecordErased = ledgerContract({
  name: 'RecordErased',
  version: 1,
  description:
    'These records are forgotten: their bodies go, and nothing revives them. Closes the decisions of the erasure; from here on their bodies may be missing.',
  roles: { closes: true, publishedOn: [], ignoredBy: [], bodies: 'erases' },
  schema: z.object({
    basis: code.describe('Why: a short code, never words about anybody.'),
    records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
  }),
  example: { basis: 'data-subject-request', records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'] },
});
