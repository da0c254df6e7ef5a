import { z } from 'zod';
import { code, commitment, keyVersion, recordId, revision } from '../identifiers.js';
import { MAX_ROWS_PER_CHUNK } from '../messages/pseudonymised-row.js';
import { organisation } from './asked-by.js';
import { ledgerContract } from './event-roles.js';

export const KeyRotationBegun = ledgerContract({
  name: 'KeyRotationBegun',
  version: 1,
  description:
    'All tokens beside the ledger are wrapped under the next token key from here on. Opens the decision of the rotation: it is durable before the first body changes.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['linkage', 'programme-ledger'], bodies: 'none' },
  schema: z.object({
    keyVersion: keyVersion.describe('Version of the key to which the rotation leads.'),
    reason: code.describe('Reason, as a short code; never details of a person.'),
    by: z.string().min(1).max(100).describe('Account that asked.'),
    organisation,
  }),
  example: { keyVersion: 2, reason: 'yearly-rotation', by: 'operator' },
});

export const RecordsRekeyed = ledgerContract({
  name: 'RecordsRekeyed',
  version: 1,
  description:
    'The tokens of these records are wrapped, and the ledger is committed to them anew. One event for each event that brought records into the ledger, in the order of their positions; it lists the records of that event whose bodies exist.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['linkage', 'programme-ledger'], bodies: 'rekeys' },
  schema: z.object({
    keyVersion,
    placedAt: revision.describe('Position of the event that brought the records into the ledger.'),
    records: z
      .array(
        z.object({
          record: recordId,
          tokens: commitment.describe(
            'Commitment to the record’s tokens at this key version, made like the one of its placement.',
          ),
        }),
      )
      .min(1)
      .max(MAX_ROWS_PER_CHUNK),
  }),
  example: {
    keyVersion: 2,
    placedAt: 4,
    records: [
      {
        record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        tokens: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
      },
    ],
  },
});

export const KeyRotated = ledgerContract({
  name: 'KeyRotated',
  version: 1,
  description:
    'All bodies that exist are re-keyed. From here on the ledger takes rows under this key version only; rows of an older one are wrapped before they are decided. Closes the decision of the rotation.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    keyVersion,
    records: z.int().nonnegative().describe('Number of records that were re-keyed.'),
  }),
  example: { keyVersion: 2, records: 1 },
});
