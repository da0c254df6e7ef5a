import { z } from 'zod';
import { code, commitment, contentHash, programmeId, revision } from '../identifiers.js';
import { nilReturnsStated, quarterCode, quarterVersions } from '../figures/quarter-figures.js';
import { organisation } from './asked-by.js';
import { ledgerContract } from './event-roles.js';

const closedVersion1 = z.object({
  programme: programmeId,
  period: quarterCode,
  reason: code,
  by: z.string().min(1).max(100).describe('Account that asked.'),
  organisation,
  versions: quarterVersions,
});

export const QuarterClosed = ledgerContract({
  name: 'QuarterClosed',
  version: 2,
  description:
    'The figures of the quarter are those at this position, computed by what this event names. What comes later changes them no more.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: closedVersion1.extend({
    nilReturns: nilReturnsStated
      .exactOptional()
      .describe('As known when the closing was asked for. Absent: the closing does not say it.'),
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    reason: 'quarter-end',
    by: 'data-team',
    versions: {
      definition: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
      strategy: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
      authority: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      area: {
        boundaryYear: 2021,
        digest: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
      },
      postcodes: '2023-08',
      disclosure: 'nhs-2018@1',
      figures: [
        { figure: 'reach@1', digest: 'baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096' },
      ],
      readModels: '0a1b2c3d4e5f6071',
    },
    nilReturns: [{ dataset: 'pairs-together-time.user', period: '2023-24-Q2' }],
  },
  // Version 1 did not name nil returns.
  earlier: [{ version: 1, schema: closedVersion1, upcast: (data: z.output<typeof closedVersion1>) => data }],
});

export const FiguresPublished = ledgerContract({
  name: 'FiguresPublished',
  version: 1,
  description:
    'The figures of a closed quarter: the digest of their published form, which is a payload beside the ledger, and a salted commitment to the full ones.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    period: quarterCode,
    closing: revision.describe('Ledger position of the QuarterClosed event.'),
    published: contentHash.describe(
      'SHA-256 of the canonical JSON of the published form, stored as a payload beside the ledger.',
    ),
    commitment: commitment.describe(
      'SHA-256 of the salt’s 32 bytes and the canonical JSON of the full figures.',
    ),
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    closing: 412,
    published: '486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7',
    commitment: '4c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d5860',
  },
});
