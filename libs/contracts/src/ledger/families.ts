import { z } from 'zod';
import { code, familyId, individualId, relationshipId, valueDomain } from '../identifiers.js';
import { ledgerContract } from './event-roles.js';

/** Maximum number of relationships or families in one event. */
export const MAX_KIN_PER_EVENT = 1000;
/** Maximum number of individuals that join or leave families in one event, in total. */
export const MAX_MEMBERS_PER_EVENT = 2000;

export const RelationshipsIdentified = ledgerContract({
  name: 'RelationshipsIdentified',
  version: 1,
  description: 'Pairs of individuals are kin, on the evidence of a token that they share.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    relationships: z
      .array(
        z.object({
          relationship: relationshipId,
          kind: z
            .enum(['carer', 'same-carer'])
            .describe(
              'carer: a child’s carer token is an adult’s identity token; same-carer: two children have the same carer token, which is no adult’s own.',
            ),
          child: individualId,
          other: individualId.describe('The adult; for same-carer the other child.'),
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
  description: 'For each of these relationships the evidence, or one of its individuals, no longer exists.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({ relationships: z.array(relationshipId).min(1).max(MAX_KIN_PER_EVENT) }),
  example: { relationships: ['bb0f6d2c9b8a47561e0f6d2c9b8a4756'] },
});

export const FamiliesLinked = ledgerContract({
  name: 'FamiliesLinked',
  version: 1,
  description:
    'Individuals that joined or left families of a scope, family by family: if an individual occurs twice, the later occurrence applies. The scope "programme" is the reporting family. A family with more members than an event may list continues in the next event.',
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
            .describe(
              'True if more than four adults belong to it; it counts as one family until it is reviewed.',
            ),
        }),
      )
      .min(1)
      .max(MAX_KIN_PER_EVENT)
      .describe(`With at most ${MAX_MEMBERS_PER_EVENT} joining and leaving members in total.`),
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
  description: 'Families of a scope that have fewer than two members left, or were merged into another one.',
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
