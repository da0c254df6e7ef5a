import { describe } from 'vitest';
import { inMemoryWorld } from '../testing/linker-world.js';
import { decisionLoopFeatures } from './contract/decision-loop.features.js';

describe('the decision loop in memory', () => {
  decisionLoopFeatures(async () => {
    const world = await inMemoryWorld();
    return { world, close: () => world.bus.close() };
  });
});
