import { z } from 'zod';
import { code, familyId, individualId, relationshipId, valueDomain } from '../identifiers.js';
import { ledgerContract } from './event-roles.js';

export const MAX_MEMBERS_PER_EVENT = 2000;

export const RelationshipIdentified = ledgerContract({
  name: 'RelationshipIdentified',
  version: 1,
  description: 'Two individuals are kin on the evidence of a shared token.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    relationship: relationshipId,
    kind: z
      .enum(['carer', 'same-carer'])
      .describe(
        'carer: a child’s carer token is an adult’s own; same-carer: two children name the same carer, whom nobody owns.',
      ),
    child: individualId,
    other: individualId.describe('The adult, or for same-carer the other child.'),
    domain: valueDomain.describe('Domain of the shared token.'),
  }),
  example: {
    relationship: 'bb0f6d2c9b8a47561e0f6d2c9b8a4756',
    kind: 'carer',
    child: '77aa12bc34de56f077aa12bc34de56f0',
    other: '88bb12bc34de56f088bb12bc34de56f0',
    domain: 'email',
  },
});

export const RelationshipEnded = ledgerContract({
  name: 'RelationshipEnded',
  version: 1,
  description: 'The evidence of a relationship is gone, or one of its individuals is.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({ relationship: relationshipId }),
  example: { relationship: 'bb0f6d2c9b8a47561e0f6d2c9b8a4756' },
});

export const FamilyLinked = ledgerContract({
  name: 'FamilyLinked',
  version: 1,
  description: 'Who joined and who left a family of a scope. The scope "programme" is the reporting family.',
  roles: { closes: false, publishedOn: ['familyLinked'], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    family: familyId,
    scope: code,
    joined: z.array(individualId).max(MAX_MEMBERS_PER_EVENT),
    left: z
      .array(individualId)
      .max(MAX_MEMBERS_PER_EVENT)
      .describe('Members that are now in no family of this scope.'),
    review: z
      .boolean()
      .describe('True when more than four adults belong to it: it counts as one until it is reviewed.'),
  }),
  example: {
    family: '0f1e2d3c4b5a69780f1e2d3c4b5a6978',
    scope: 'programme',
    joined: ['77aa12bc34de56f077aa12bc34de56f0', '88bb12bc34de56f088bb12bc34de56f0'],
    left: [],
    review: false,
  },
});

export const FamilyDissolved = ledgerContract({
  name: 'FamilyDissolved',
  version: 1,
  description: 'A family of a scope has no two members left, or went up in another one.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({ family: familyId, scope: code, into: familyId.exactOptional() }),
  example: { family: '0f1e2d3c4b5a69780f1e2d3c4b5a6978', scope: 'programme' },
});
