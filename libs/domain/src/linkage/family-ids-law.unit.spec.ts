import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedFamilyIds, familiesNow } from './testing/expected-family-ids.js';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

describe('the id of a family', () => {
  it('follows the rules after every step in each scope: which family keeps its id, which dissolves into which, and which is new', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { events } = player.world;
        const linkedEver = new Set<string>();
        for (const step of steps) {
          const before = familiesNow(player.world);
          for (const { family } of before) linkedEver.add(family);
          const written = events.length;
          player.step(step);
          const { ids, dissolved } = expectedFamilyIds(player.world, before);
          const wrong = [...ids].filter(([family, id]) =>
            id === null ? linkedEver.has(family) : family !== id,
          );
          expect(wrong).toEqual([]);
          const told = player.world
            .told(written)
            .flatMap((event) => (event.type === 'FamilyDissolved' ? [event.data] : []))
            .map(({ family, into }) => [family, into ?? null] as const);
          expect(new Map<string, string | null>(told)).toEqual(dissolved);
        }
      }),
      runs(400),
    );
  });
});
