import fc from 'fast-check';
import { describe, it } from 'vitest';
import { closeHistories } from './testing/close-histories.js';
import { expectEveryLaw } from './testing/every-law.js';

describe('linkage over histories of few rows', () => {
  it.each(Object.entries(closeHistories))('%s: says after every step what the rules say', (_, histories) => {
    fc.assert(
      fc.property(histories, (steps) => {
        expectEveryLaw(steps);
      }),
      // As many in a short run as in a long one: these are quick, and find what larger ones seldom meet.
      { numRuns: 120, seed: 20_231_001 },
    );
  });
});
