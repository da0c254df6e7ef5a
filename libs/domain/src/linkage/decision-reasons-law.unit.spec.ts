import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOf } from './testing/expected-ids.js';
import { ExpectedReasons } from './testing/expected-reasons.js';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

describe('the ground of a decision', () => {
  it('is a token that both records share, the strongest of a session and its person, or the row that was replaced', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { world } = player;
        for (const step of steps) {
          const [written, before] = [world.events.length, momentOf(world)];
          player.step(step);
          const reasons = new ExpectedReasons(world, player.liveRecords(), before);
          const wrong = world.told(written).flatMap(({ type, data }) => {
            if (type === 'Matched') return reasons.ofPlacement(data) ?? [];
            if (type === 'SubmissionLinked') expect(data.tokensWithoutForce).toBe(reasons.tokensWithoutForce);
            return type === 'IndividualsMerged' ? (reasons.ofMerge(data) ?? []) : [];
          });
          expect(wrong).toEqual([]);
        }
      }),
      runs(400),
    );
  });
});
