import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeHistories } from './testing/close-histories.js';
import { expectEveryLaw } from './testing/every-law.js';
import { history, HistoryPlayer, historyWithErasures, submitStep, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { pairStrategy } from './testing/pair-strategy.js';
import { runs } from './testing/property-runs.js';

const newPlayer = () => new HistoryPlayer(new LinkageWorld(testScopes, pairStrategy));

describe('linkage by pair scores', () => {
  it('follows every rule after every step of a history', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        expectEveryLaw(steps, pairStrategy);
      }),
      runs(80),
    );
  });

  it.each(Object.entries(closeHistories))('%s: follows every rule after every step', (_, histories) => {
    fc.assert(
      fc.property(histories, (steps) => {
        expectEveryLaw(steps, pairStrategy);
      }),
      { numRuns: 40, seed: 20_231_001 },
    );
  });

  it('returns to its earlier state once a submission is added and withdrawn', () => {
    fc.assert(
      fc.property(history(8), submitStep, (steps, more) => {
        const player = newPlayer();
        player.play(steps);
        const before = player.world.reader.summary();
        const id = player.step(more);
        if (id !== null) player.withdraw(id);
        expect(player.world.reader.summary()).toEqual(before);
      }),
      runs(80),
    );
  });
});
