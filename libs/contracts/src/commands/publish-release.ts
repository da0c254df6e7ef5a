import { z } from 'zod';
import { contentHash } from '../identifiers.js';
import { quarterCode } from '../figures/quarter-figures.js';
import { quarterEdition } from '../figures/release-audit.js';
import { commandContract } from './command-kind.js';

export const PublishRelease = commandContract({
  kind: 'publish-release',
  description:
    'Publish the figures of a closed quarter: its published form leaves from here on. The digest says which form was looked at.',
  payload: z.object({
    period: quarterCode,
    edition: quarterEdition.describe('Which closing of the quarter is to leave: the latest.'),
    digest: contentHash.describe('SHA-256 of the canonical JSON of the published form that was looked at.'),
  }),
  refusals: {
    'quarter-not-closed': 'The quarter is not closed in this edition: close it first.',
    'release-outdated':
      'The quarter was closed again since: look at the latest edition, and publish that one.',
    'figures-not-computed': 'The figures of this edition are not computed yet: publish it once they are.',
    'release-differs':
      'The figures of this edition are not those with that digest: look at them again, and publish what you saw.',
    'release-not-audited':
      'The figures of this edition have no audit, as under a rule of version 1 or after a closing by an earlier release: close the quarter again with the next edition, by a rule that has a remedy.',
    'audit-failed':
      'All tables together give suppressed counts away, so that nothing may leave: close the quarter again with the next edition, by a stricter rule.',
    'release-published-already': 'This edition is published already, and stands.',
    'release-withdrawn':
      'This edition was published and withdrawn: what is to leave instead needs the next edition.',
  },
  example: {
    period: '2023-24-Q2',
    edition: 1,
    digest: '486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7',
  },
});
