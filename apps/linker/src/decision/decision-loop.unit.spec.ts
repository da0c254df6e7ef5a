import { streamOf } from '@kinledger/decisions';
import { modelWithNames } from '@kinledger/decisions/testing';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it, vi } from 'vitest';
import { inMemoryWorld, startLinker, until, untilDone, type RunningLinker } from '../testing/linker-world.js';
import { interruptedStore } from '../testing/interrupted-store.js';
import { InMemorySnapshots } from '../testing/in-memory-snapshots.js';
import { programme } from '../testing/messages.js';
import { smallProgramme } from '../testing/programme.js';
import { eventfulYear } from '../testing/scenario.js';
import { decisionLoopFeatures } from './contract/decision-loop.features.js';
import { keyRotationFeatures } from './contract/key-rotation.features.js';

describe('the decision loop in memory', () => {
  decisionLoopFeatures(async () => {
    const world = await inMemoryWorld();
    return { world, close: () => world.bus.close() };
  });

  keyRotationFeatures(async () => {
    const world = await inMemoryWorld();
    return { world, close: () => world.bus.close() };
  });

  describe('with a snapshot after every decision', () => {
    const withSnapshots = async () => {
      const world = await inMemoryWorld();
      return { world: { ...world, snapshots: new InMemorySnapshots() }, close: () => world.bus.close() };
    };
    decisionLoopFeatures(withSnapshots);
    keyRotationFeatures(withSnapshots);
  });

  it('reads the table of names of its model once, and stops before its next decision once that is erased', async () => {
    const world = await inMemoryWorld();
    const { first, visits } = eventfulYear();
    const { table, strategy } = modelWithNames();
    const stream = streamOf(programme);
    await world.nameTables?.keep(stream, table);
    const readings = vi.spyOn(world.store, 'readNameTable');
    const linker = startLinker(world, { programme: smallProgramme({ strategy }) });
    await world.inbox.stageIntakes([first.intake]);
    await world.inbox.stageChunks(first.chunks);
    linker.wakeUp.call();
    await untilDone(world);
    expect(readings).toHaveBeenCalledTimes(1);
    const head = await world.store.head(stream);
    await world.nameTables?.erase(stream, table.id);
    await world.inbox.stageIntakes([visits.intake]);
    await world.inbox.stageChunks(visits.chunks);
    linker.wakeUp.call();
    await until('it has halted', () => linker.observed.haltedBy !== undefined);
    expect(linker.observed.haltedBy?.message).toContain(`${table.id}, which was erased`);
    expect(await world.store.head(stream)).toBe(head);
    await linker.stop();
    await world.bus.close();
  });

  it.each([
    ['before its first reading of the rows', 1],
    ['between its two readings of the rows', 2],
  ])('continues when another writer finishes the decision %s', async (_, reading) => {
    const world = await inMemoryWorld();
    const { first } = eventfulYear();
    await world.inbox.stageIntakes([first.intake]);
    await world.inbox.stageChunks(first.chunks);
    // A writer that died halfway left a part of the decision.
    const dying = interruptedStore(world.store, 2, 'after');
    const dead = startLinker({ ...world, store: dying.store }, { limits: { events: 2, bytes: 1024 * 1024 } });
    await dying.interrupted;
    dead.kill();
    const others: RunningLinker[] = [];
    let readings = 0;
    const overtaken = withMethods(world.inbox, {
      async *chunksOf(submission: Parameters<typeof world.inbox.chunksOf>[0]) {
        readings += 1;
        if (readings === reading) {
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
