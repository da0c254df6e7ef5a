import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkageEngine } from './engine.js';
import { archived, unarchive } from './testing/archived.js';
import { HistoryPlayer, historyWithConstraints, submitStep, testScopes } from './testing/histories.js';
import { LinkageWorld, testStrategy } from './testing/linkage-world.js';
import { summaryOf } from './testing/live-set.js';
import { runs } from './testing/property-runs.js';
import { pairStrategy } from './testing/pair-strategy.js';
import { sumStrategy } from './testing/sum-strategy.js';

describe.each([
  ['leap-1', testStrategy],
  ['a strategy that scores', sumStrategy],
  ['a strategy with candidate keys', pairStrategy],
])('a person’s decision, under %s', (_, strategy) => {
  const playerOf = () => new HistoryPlayer(new LinkageWorld(testScopes, strategy));

  it('holds after every step, as partition and familiesOf give it for the whole live set', () => {
    fc.assert(
      fc.property(historyWithConstraints(), (steps) => {
        const player = playerOf();
        for (const step of steps) {
          player.step(step);
          expect(player.world.reader.summary()).toEqual(
            summaryOf(player.liveRecords(), testScopes, strategy, player.constraints()),
          );
        }
      }),
      runs(200),
    );
  });

  it('holds after a rebuild and after an archive', async () => {
    await fc.assert(
      fc.asyncProperty(historyWithConstraints(10), submitStep, async (steps, more) => {
        const player = playerOf();
        player.play(steps);
        const { world } = player;
        const restored = new LinkageEngine(world.options);
        await unarchive(restored, await archived(world.engine));
        const prepared = world.prepare(player.specOf(more));
        const decided = world.draft(world.engine, prepared);
        expect(world.draft(world.rebuilt(), prepared)).toEqual(decided);
        expect(world.draft(restored, prepared)).toEqual(decided);
      }),
      runs(70),
    );
  });
});
