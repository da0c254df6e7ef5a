import { z } from 'zod';
import { code, commitment, recordId, revision } from '../identifiers.js';
import { MAX_TOKENS } from '../messages/pseudonymised-row.js';
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

/** Maximum number of records in one event whose carer tokens are erased: they stay below 256 KiB. */
export const MAX_CARER_RECORDS_PER_EVENT = 500;

/** The places of tokens in a row’s list, from 0, each once and in ascending order. */
export const tokenPlaces = z
  .array(
    z
      .int()
      .nonnegative()
      .max(MAX_TOKENS - 1),
  )
  .min(1)
  .max(MAX_TOKENS)
  .refine((places) => places.every((place, index) => index === 0 || place > (places[index - 1] ?? place)))
  .describe('Places of the tokens in the list of the record’s tokens as it was before, from 0, ascending.');

const carerTokensErased = z.object({
  record: recordId,
  entered: revision.describe('Revision of the event that brought the record into the ledger.'),
  erased: tokenPlaces,
  tokens: commitment.describe(
    'Commitment to the tokens that remain. From here on it stands in place of the one before.',
  ),
});

export const CarerTokensErased = ledgerContract({
  name: 'CarerTokensErased',
  version: 1,
  description:
    'Tokens of an erased adult on children’s records, which named the adult as their carer, are erased: they are cut out of the bodies, and what remains of a record’s tokens has a new commitment. The records stay. The commitment to a record’s tokens is the last one that the ledger states. Closes a decision of the erasure: relationships and families that rested on these tokens end in it.',
  roles: { closes: true, publishedOn: [], ignoredBy: [], bodies: 'restates' },
  schema: z.object({
    basis: code.describe('Reason of the erasure, as a short code; never details of a person.'),
    by: z
      .string()
      .min(1)
      .max(100)
      .exactOptional()
      .describe('Account that asked; absent if the line of the list of erasures names none.'),
    organisation,
    records: z.array(carerTokensErased).min(1).max(MAX_CARER_RECORDS_PER_EVENT),
  }),
  example: {
    basis: 'data-subject-request',
    by: 'operator',
    records: [
      {
        record: '2f1e7d3c0a9b58672f1e7d3c0a9b5867',
        entered: 4,
        erased: [2],
        tokens: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
    ],
  },
});
