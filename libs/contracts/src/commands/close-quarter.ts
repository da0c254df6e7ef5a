import { z } from 'zod';
import { nilReturnsStated, quarterCode } from '../figures/quarter-figures.js';
import { quarterEdition } from '../figures/release-audit.js';
import { commandContract } from './command-kind.js';

export const CloseQuarter = commandContract({
  kind: 'close-quarter',
  description:
    'Fix the figures of a financial quarter at the position at which this is carried out. They are computed then, and stay; they leave once they are published.',
  payload: z.object({
    period: quarterCode,
    nilReturns: nilReturnsStated.exactOptional(),
    edition: quarterEdition
      .exactOptional()
      .describe(
        'Which closing of the quarter this is to be: 1, or one more than the last. Absent: the first, by a release that published figures when it closed them.',
      ),
  }),
  refusals: {
    'quarter-not-over': 'The quarter is not over: close it on the day after its last one, or later.',
    'quarter-closed-already':
      'The quarter is closed already in this edition, and its figures stay: what changed since needs the next edition.',
    'edition-out-of-turn':
      'The edition before this one is not closed, or its figures are not computed yet: close the editions one after another.',
    'submission-parked':
      'A submission is parked, so that its rows are in no figure: un-park it or withdraw it, then close the quarter.',
  },
  example: { period: '2023-24-Q2' },
});
