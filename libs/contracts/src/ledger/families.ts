import { z } from 'zod';
import { code, familyId, individualId, relationshipId, valueDomain } from '../identifiers.js';
import { ledgerContract } from './event-roles.js';

/** Relationships or families listed in one event. */
export const MAX_KIN_PER_EVENT = 1000;
/** Individuals that join or leave families in one event, all together. */
export const MAX_MEMBERS_PER_EVENT = 2000;

export const RelationshipsIdentified = ledgerContract({
  name: 'RelationshipsIdentified',
  version: 1,
  description: 'Individuals are kin, two and two, on the evidence of a token that they share.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    relationships: z
      .array(
        z.object({
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
      )
      .min(1)
      .max(MAX_KIN_PER_EVENT),
  }),
  example: {
    relationships: [
      {
        relationship: 'bb0f6d2c9b8a47561e0f6d2c9b8a4756',
        kind: 'carer',
        child: '77aa12bc34de56f077aa12bc34de56f0',
        other: '88bb12bc34de56f088bb12bc34de56f0',
        domain: 'email',
      },
    ],
  },
});

export const RelationshipsEnded = ledgerContract({
  name: 'RelationshipsEnded',
  version: 1,
  description: 'Of each relationship the evidence is gone, or one of its individuals is.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({ relationships: z.array(relationshipId).min(1).max(MAX_KIN_PER_EVENT) }),
  example: { relationships: ['bb0f6d2c9b8a47561e0f6d2c9b8a4756'] },
});

export const FamiliesLinked = ledgerContract({
  name: 'FamiliesLinked',
  version: 1,
  description:
    'Who joined and who left families of a scope, one family after the other: of two mentions of an individual, the later counts. The scope "programme" is the reporting family. A family with more members than an event may list is listed again in the next one.',
  roles: { closes: false, publishedOn: ['familyLinked'], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    scope: code,
    families: z
      .array(
        z.object({
          family: familyId,
          joined: z.array(individualId).max(MAX_MEMBERS_PER_EVENT),
          left: z
            .array(individualId)
            .max(MAX_MEMBERS_PER_EVENT)
            .describe('Members that are now in no family of this scope.'),
          review: z
            .boolean()
            .describe('True when more than four adults belong to it: it counts as one until it is reviewed.'),
        }),
      )
      .min(1)
      .max(MAX_KIN_PER_EVENT)
      .describe(`With at most ${MAX_MEMBERS_PER_EVENT} members that join or leave, all together.`),
  }),
  example: {
    scope: 'programme',
    families: [
      {
        family: '0f1e2d3c4b5a69780f1e2d3c4b5a6978',
        joined: ['77aa12bc34de56f077aa12bc34de56f0', '88bb12bc34de56f088bb12bc34de56f0'],
        left: [],
        review: false,
      },
    ],
  },
});

export const FamiliesDissolved = ledgerContract({
  name: 'FamiliesDissolved',
  version: 1,
  description: 'Families of a scope that have no two members left, or went up in another one.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    scope: code,
    families: z
      .array(z.object({ family: familyId, into: familyId.exactOptional() }))
      .min(1)
      .max(MAX_KIN_PER_EVENT),
  }),
  example: { scope: 'programme', families: [{ family: '0f1e2d3c4b5a69780f1e2d3c4b5a6978' }] },
});
