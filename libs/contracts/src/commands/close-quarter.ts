import { z } from 'zod';
import { nilReturnsStated, quarterCode } from '../figures/quarter-figures.js';
import { commandContract } from './command-kind.js';

export const CloseQuarter = commandContract({
  kind: 'close-quarter',
  description:
    'Fix the figures of a financial quarter at the position at which this is carried out. They are computed and published then, and stay.',
  payload: z.object({ period: quarterCode, nilReturns: nilReturnsStated.exactOptional() }),
  refusals: {
    'quarter-not-over': 'The quarter is not over: close it on the day after its last one, or later.',
    'quarter-closed-already': 'The quarter is closed already: its figures stand as they were published.',
    'submission-parked':
      'A submission is parked, so that its rows are in no figure: un-park it or withdraw it, then close the quarter.',
  },
  example: { period: '2023-24-Q2' },
});
