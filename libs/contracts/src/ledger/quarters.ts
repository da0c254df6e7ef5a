import { z } from 'zod';
import { code, commitment, contentHash, programmeId, revision } from '../identifiers.js';
import { figureName, nilReturnsStated, quarterCode, quarterVersions } from '../figures/quarter-figures.js';
import { quarterEdition, releaseAudit } from '../figures/release-audit.js';
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

const closedVersion2 = closedVersion1.extend({
  nilReturns: nilReturnsStated
    .exactOptional()
    .describe('As known when the closing was asked for. Absent: the closing does not say it.'),
});

export const QuarterClosed = ledgerContract({
  name: 'QuarterClosed',
  version: 3,
  description:
    'The figures of the quarter are those at this position, computed by what this event names. What comes later changes them no more.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: closedVersion2.extend({
    edition: quarterEdition
      .exactOptional()
      .describe(
        'Which closing of the quarter this is, from 1. Its figures leave with ReleasePublished. Absent: the first one, of before publishing was an act: its figures left with FiguresPublished.',
      ),
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
    edition: 1,
  },
  // Version 1 did not name nil returns, version 2 no edition.
  earlier: [
    { version: 1, schema: closedVersion1, upcast: (data: z.output<typeof closedVersion1>) => data },
    { version: 2, schema: closedVersion2, upcast: (data: z.output<typeof closedVersion2>) => data },
  ],
});

const figuresVersion1 = z.object({
  programme: programmeId,
  period: quarterCode,
  closing: revision.describe('Ledger position of the QuarterClosed event.'),
  published: contentHash.describe(
    'SHA-256 of the canonical JSON of the published form, stored as a payload beside the ledger.',
  ),
  commitment: commitment.describe(
    'SHA-256 of the salt’s 32 bytes and the canonical JSON of the full figures.',
  ),
});

export const FiguresPublished = ledgerContract({
  name: 'FiguresPublished',
  version: 2,
  description:
    'The figures of a closed quarter: the digest of their published form, which is a payload beside the ledger, and a salted commitment to the full ones.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: figuresVersion1.extend({
    audit: releaseAudit
      .exactOptional()
      .describe(
        'The audit of the published form. Absent: its rule has none, or it was made before audits were kept.',
      ),
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    closing: 412,
    published: '486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7',
    commitment: '4c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d5860',
    audit: { solver: 'highs@1.15.3', fewest: 3, audited: 633, narrowed: 0 },
  },
  // Version 1 did not say what the audit found.
  earlier: [
    { version: 1, schema: figuresVersion1, upcast: (data: z.output<typeof figuresVersion1>) => data },
  ],
});

export const ReleasePublished = ledgerContract({
  name: 'ReleasePublished',
  version: 1,
  description:
    'A person published the figures of a closed quarter: from here on its published form leaves, and nothing else of that quarter.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    period: quarterCode,
    edition: quarterEdition.describe('Which closing of the quarter leaves.'),
    closing: revision.describe('Ledger position of its QuarterClosed event, at which its counts are.'),
    figures: revision.describe('Ledger position of its FiguresPublished event.'),
    published: contentHash.describe(
      'SHA-256 of the canonical JSON of what leaves, as FiguresPublished names it.',
    ),
    disclosure: figureName.describe('Profile of the disclosure control that was applied.'),
    audit: releaseAudit.describe('What the audit of the published form found.'),
    supersedes: quarterEdition
      .exactOptional()
      .describe('The edition that stood until here. Absent: none stood.'),
    reason: code,
    by: z.string().min(1).max(100).describe('Account that asked.'),
    organisation,
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    edition: 2,
    closing: 512,
    figures: 513,
    published: '486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7',
    disclosure: 'nhs-2018@2',
    audit: { solver: 'highs@1.15.3', fewest: 3, audited: 633, narrowed: 0 },
    supersedes: 1,
    reason: 'restated',
    by: 'data-team',
    organisation: 'leap-team',
  },
});

export const ReleaseWithdrawn = ledgerContract({
  name: 'ReleaseWithdrawn',
  version: 1,
  description:
    'A person withdrew the published figures of a quarter: they leave no more. What left before stays known, and its published form stays beside the ledger.',
  roles: { closes: true, publishedOn: [], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    programme: programmeId,
    period: quarterCode,
    edition: quarterEdition.describe('The edition that stood until here.'),
    closing: revision.describe('Ledger position of its QuarterClosed event.'),
    reason: code,
    by: z.string().min(1).max(100).describe('Account that asked.'),
    organisation,
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    edition: 1,
    closing: 412,
    reason: 'wrong-file',
    by: 'data-team',
    organisation: 'leap-team',
  },
});
