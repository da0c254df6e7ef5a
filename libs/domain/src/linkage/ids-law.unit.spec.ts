import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedIds, momentOf } from './testing/expected-ids.js';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { runs } from './testing/property-runs.js';

describe('the id of an individual', () => {
  it('follows the rules after every step: who keeps an id, who absorbs whom, who comes back, and who is new', () => {
    fc.assert(
      fc.property(fc.oneof(history(), historyWithErasures()), (steps) => {
        const player = new HistoryPlayer(new LinkageWorld(testScopes));
        const { reader, events } = player.world;
        for (const step of steps) {
          const before = momentOf(player.world);
          const [registered, written] = [new Set(reader.registered), events.length];
          player.step(step);
          const { ids, merges } = expectedIds(player.world, before);
          const wrong = [...ids].filter(([individual, id]) =>
            id === null ? registered.has(individual) : individual !== id,
          );
          expect(wrong).toEqual([]);
          const merged = events
            .slice(written)
            .flatMap((event) => (event.type === 'IndividualsMerged' ? [event.data] : []))
            .map(({ absorbed, individual }) => [absorbed, individual] as const);
          expect(new Map<string, string>(merged)).toEqual(merges);
        }
      }),
      runs(400),
    );
  });
});
