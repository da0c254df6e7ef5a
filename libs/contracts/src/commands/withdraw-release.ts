import { z } from 'zod';
import { quarterCode } from '../figures/quarter-figures.js';
import { quarterEdition } from '../figures/release-audit.js';
import { commandContract } from './command-kind.js';

export const WithdrawRelease = commandContract({
  kind: 'withdraw-release',
  description:
    'Withdraw the published figures of a quarter: they leave no more, and readers are told so, until another edition is published.',
  payload: z.object({
    period: quarterCode,
    edition: quarterEdition.describe('The edition that stands.'),
  }),
  refusals: {
    'quarter-not-closed': 'The quarter is not closed in this edition: there is nothing to withdraw.',
    'release-not-standing':
      'This edition is not the one that readers see: it is not published yet, superseded, or withdrawn already.',
  },
  example: { period: '2023-24-Q2', edition: 1 },
});
