import { z } from 'zod';
import { contract } from '../contract.js';
import {
  code,
  familyId,
  individualId,
  programmeId,
  recordId,
  revision,
  submissionId,
} from '../identifiers.js';

/** Messages that the linker publishes from the ledger, for anyone: never ahead of it, never with a token. */
export const MAX_ITEMS_PER_PUBLICATION = 1000;

const from = {
  programme: programmeId,
  cause: submissionId.describe('The submission that was decided.'),
  position: revision.describe('Ledger revision of the last item.'),
};

export const IndividualMatchedPublished = contract({
  name: 'IndividualMatched',
  version: 1,
  description: 'Records that now belong to an individual, whether new or existing.',
  schema: z.object({
    ...from,
    matches: z
      .array(z.object({ record: recordId, individual: individualId, registered: z.boolean() }))
      .max(MAX_ITEMS_PER_PUBLICATION),
  }),
  example: {
    programme: 'leap',
    cause: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    position: 41,
    matches: [
      {
        record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        individual: '77aa12bc34de56f077aa12bc34de56f0',
        registered: true,
      },
    ],
  },
});

export const FamilyLinkedPublished = contract({
  name: 'FamilyLinked',
  version: 1,
  description: 'Individuals that now belong to a family of a scope.',
  schema: z.object({
    ...from,
    families: z
      .array(
        z.object({
          family: familyId,
          scope: code,
          joined: z.array(individualId),
          left: z.array(individualId),
        }),
      )
      .max(MAX_ITEMS_PER_PUBLICATION),
  }),
  example: {
    programme: 'leap',
    cause: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    position: 44,
    families: [
      {
        family: '0f1e2d3c4b5a69780f1e2d3c4b5a6978',
        scope: 'programme',
        joined: ['77aa12bc34de56f077aa12bc34de56f0', '88bb12bc34de56f088bb12bc34de56f0'],
        left: [],
      },
    ],
  },
});

export const SubmissionDecided = contract({
  name: 'SubmissionDecided',
  version: 1,
  description:
    'A submission, or its withdrawal, is completely decided in the ledger: read models may advance, and its row messages may be deleted.',
  schema: z.object({
    programme: programmeId,
    submission: submissionId,
    intake: z.int().positive(),
    position: revision.describe('Ledger revision of the closing event.'),
    outcome: z.enum(['linked', 'withdrawn', 'parked']),
  }),
  example: {
    programme: 'leap',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    intake: 7,
    position: 45,
    outcome: 'linked',
  },
});
