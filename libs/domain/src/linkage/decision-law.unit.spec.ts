import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { before, wrongIn } from './testing/decision-contents.js';
import { outOfOrder } from './testing/decision-order.js';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

describe('a decision in the ledger', () => {
  it('has its events in the order of the ledger, contains no redundant event, and counts its effects correctly', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { world } = player;
        for (const step of steps) {
          const [written, then] = [world.events.length, before(world)];
          const submission = player.step(step);
          const received = submission === null ? undefined : world.received.get(submission);
          expect(outOfOrder(world, written, received)).toEqual([]);
          expect(wrongIn(world, then, written, received)).toEqual([]);
        }
      }),
      runs(400),
    );
  });
});
