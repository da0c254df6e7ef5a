import { describe, expect, it } from 'vitest';
import { inMemoryWorld, startLinker, until, type RunningLinker } from '../testing/linker-world.js';
import { eventfulYear } from '../testing/scenario.js';
import { decisionLoopFeatures } from './contract/decision-loop.features.js';

describe('the decision loop in memory', () => {
  decisionLoopFeatures(async () => {
    const world = await inMemoryWorld();
    return { world, close: () => world.bus.close() };
  });

  it('goes on when another writer decides between its two readings of the rows', async () => {
    const world = await inMemoryWorld();
    const { first } = eventfulYear();
    await world.inbox.stageIntakes([first.intake]);
    await world.inbox.stageChunks(first.chunks);
    const others: RunningLinker[] = [];
    let readings = 0;
    const overtaken = Object.assign(Object.create(world.inbox) as typeof world.inbox, {
      async *chunksOf(submission: Parameters<typeof world.inbox.chunksOf>[0]) {
        readings += 1;
        if (readings === 2) {
          const other = startLinker(world);
          others.push(other);
          await until('the other has decided', () => other.observed.decisions.length === 1);
        }
        yield* world.inbox.chunksOf(submission);
      },
    });
    const slow = startLinker({ ...world, inbox: overtaken });
    await until(
      'it has noticed',
      () => slow.observed.refusedAppends > 0 || slow.observed.haltedBy !== undefined,
    );
    await until('it is at work again', () => slow.observed.states.at(-1) !== 'recovering');
    expect(slow.observed.haltedBy).toBeUndefined();
    await Promise.all([slow, ...others].map((linker) => linker.stop()));
    await world.bus.close();
  });
});
