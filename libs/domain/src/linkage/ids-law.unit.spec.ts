import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedIds, momentOf } from './testing/expected-ids.js';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

describe('ids of individuals', () => {
  it('go where the oldest record goes that speaks for them, and the one registered first stays; no other is used again', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { world } = player;
        for (const step of steps) {
          const before = momentOf(world);
          const living = new Set(before.individualOf.values());
          const registered = new Set(world.reader.registered);
          player.step(step);
          const expected = expectedIds(world, before);
          for (const individual of new Set(momentOf(world).individualOf.values())) {
            const must = expected.get(individual);
            if (must !== undefined) expect(individual).toBe(must);
            // Nobody of before speaks for it: it begins to exist, or comes back to life.
            else
              expect({ begins: !registered.has(individual), lived: living.has(individual) }).not.toEqual({
                ...{ begins: false, lived: true },
              });
          }
        }
      }),
      runs(400),
    );
  });
});
