import { sha256Hex } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { imageOf, inMemoryWorld, startLinker, untilDone } from '../testing/linker-world.js';
import { atPlace } from '../testing/messages.js';
import { eventfulYear } from '../testing/scenario.js';

describe('the bytes of a ledger', () => {
  it('never change for the same submissions in the same order', async () => {
    const { first, visits, health, replacement, broken, laterHealth, repeated } = eventfulYear();
    const files = [first, visits, health, replacement, broken, laterHealth, repeated];
    const world = await inMemoryWorld();
    await world.inbox.stageIntakes(files.map(({ intake }, index) => atPlace(intake, index + 1)));
    await world.inbox.stageChunks(files.filter((file) => file !== broken).flatMap(({ chunks }) => chunks));
    await world.inbox.stageUnprocessable([
      { submission: broken.submission, intake: 5, reason: 'landing-unreadable' },
    ]);
    const linker = startLinker(world);
    await untilDone(world);
    await linker.stop();
    const { events, bodies } = await imageOf(world.store);
    await world.bus.close();
    expect(events).toHaveLength(48);
    expect(sha256Hex([...events, ...bodies].join('\n'))).toBe(
      '41d209415c65fa27b5688ab35bc64f8841247c9b9d245e38dfe6647786593e75',
    );
  });
});
