import { z } from 'zod';
import { contract } from '../contract.js';
import { commitment, instant, programmeId, revision } from '../identifiers.js';
import { quarterCode, quarterFigures, quarterFiguresExample } from '../figures/quarter-figures.js';

export const FiguresComputed = contract({
  name: 'FiguresComputed',
  version: 1,
  description:
    'The projector computed the figures of a closed quarter: their published form, and a commitment to the full ones, which it keeps.',
  schema: z.object({
    programme: programmeId,
    period: quarterCode,
    closing: revision.describe('Ledger position of the QuarterClosed event.'),
    closedAt: instant.describe('Time of that event.'),
    published: quarterFigures.describe('The form after disclosure control.'),
    commitment: commitment.describe('SHA-256 of salt and canonical bytes of the full figures.'),
  }),
  example: {
    programme: 'leap',
    period: '2023-24-Q2',
    closing: 412,
    closedAt: '2023-10-12T08:00:00Z',
    published: quarterFiguresExample,
    commitment: '4c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d58604c7f3b1e9a2d5860',
  },
});
