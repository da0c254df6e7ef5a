import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { history, HistoryPlayer, historyWithErasures, testScopes } from './testing/histories.js';
import { LinkageWorld } from './testing/linkage-world.js';
import { shapes, shapesOf } from './testing/shapes.js';

const HISTORIES = 400;

describe('the histories that the laws are tried on', () => {
  it('hold each interesting shape in at least one of twenty', () => {
    const counts = new Map(shapes.map((shape) => [shape, 0]));
    const sample = fc.sample(fc.oneof(history(), historyWithErasures()), {
      numRuns: HISTORIES,
      seed: 20_231_004,
    });
    for (const steps of sample) {
      const player = new HistoryPlayer(new LinkageWorld(testScopes));
      player.play(steps);
      for (const shape of shapesOf(player)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    }
    const rare = [...counts].filter(([, count]) => count * 20 < HISTORIES);
    expect(rare).toEqual([]);
  });
});
