import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leap1 } from './leap-1/leap-1.js';
import type { Strategy } from './strategy.js';
import { HistoryPlayer, historyWithConstraints, testScopes } from './testing/histories.js';
import { LinkageWorld, testSettings, testStrategy } from './testing/linkage-world.js';
import { summaryOf } from './testing/live-set.js';
import { runs } from './testing/property-runs.js';
import { pairStrategy } from './testing/pair-strategy.js';
import { sumStrategy } from './testing/sum-strategy.js';

const stricter = leap1({ ...testSettings, maxBirthDatesPerToken: 1, maxChildrenPerCarerToken: 1 });
const strategies: readonly (readonly [string, Strategy, Strategy])[] = [
  ['leap-1 with other limits', stricter, testStrategy],
  ['leap-1 after a strategy that scores', testStrategy, sumStrategy],
  ['a strategy that scores after leap-1', sumStrategy, testStrategy],
  ['candidate keys after leap-1', pairStrategy, testStrategy],
  ['leap-1 after candidate keys', testStrategy, pairStrategy],
];

describe.each(strategies)('adopting %s', (_, adopted, before) => {
  const afterAll = (player: HistoryPlayer) =>
    summaryOf(player.liveRecords(), testScopes, adopted, player.constraints());

  it('gives the groups that the strategy gives for the whole live set, then and after every later step', () => {
    fc.assert(
      fc.property(historyWithConstraints(10), historyWithConstraints(5), (steps, later) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes, before));
        player.play(steps);
        player.world.adopt(adopted);
        expect(player.world.reader.summary()).toEqual(afterAll(player));
        for (const step of later) {
          player.step(step);
          expect(player.world.reader.summary()).toEqual(afterAll(player));
        }
      }),
      runs(90),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(historyWithConstraints(10), (steps) => {
        const { world } = new HistoryPlayer(new LinkageWorld(testScopes, before));
        new HistoryPlayer(world).play(steps);
        world.adopt(adopted);
        const events = world.events.length;
        world.adopt(adopted);
        expect(world.events.slice(events).map(({ type }) => type)).toEqual(['StrategyAdopted']);
      }),
      runs(60),
    );
  });
});
