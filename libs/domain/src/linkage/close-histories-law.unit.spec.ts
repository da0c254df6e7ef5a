import fc from 'fast-check';
import { describe, it } from 'vitest';
import { closeHistories } from './testing/close-histories.js';
import { expectEveryLaw } from './testing/every-law.js';

describe('linkage over histories of few rows', () => {
  it.each(Object.entries(closeHistories))('%s: follows every rule after every step', (_, histories) => {
    fc.assert(
      fc.property(histories, (steps) => {
        expectEveryLaw(steps);
      }),
      // As many in a short run as in a long one: these histories are quick, and reach what larger ones seldom do.
      { numRuns: 120, seed: 20_231_001 },
    );
  });
});
