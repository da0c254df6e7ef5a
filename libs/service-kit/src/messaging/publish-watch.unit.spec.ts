import { createInMemoryMessageBus, messageMalformed, type MessageBus } from '@kinledger/message-bus';
import { withMethods } from '@kinledger/test-doubles';
import { describe, expect, it, vi } from 'vitest';
import type { DependencyStanding } from '../health/dependency-watch.js';
import { PublishWatch } from './publish-watch.js';

const watched = (publish: MessageBus['publish']) => {
  const told: DependencyStanding[] = [];
  const watch = new PublishWatch({ onStanding: (standing) => told.push(standing), patienceMs: 20 });
  const bus = watch.over(withMethods(createInMemoryMessageBus(), { publish }));
  return { told, watch, bus, states: () => told.map(({ state }) => state) };
};

describe('messages that cannot be published', () => {
  it('are told of while they wait, with the reason of the last attempt, and when they go through', async () => {
    const stored = Promise.withResolvers<undefined>();
    const { told, watch, bus } = watched(() => stored.promise);
    const publishing = bus.publish('a', []);
    watch.failed(new Error('Kafka: Produce failed: NOT_ENOUGH_REPLICAS'));
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toEqual({ state: 'away', why: 'Kafka: Produce failed: NOT_ENOUGH_REPLICAS' });
    stored.resolve(undefined);
    await publishing;
    expect(told[1]).toMatchObject({ state: 'back' });
  });

  it('are told of once, until all topics take messages again', async () => {
    const broken = new Set(['a', 'b']);
    const { bus, watch, states } = watched(async (topic) => {
      if (broken.has(topic)) throw new Error('nobody answers');
    });
    for (const topic of ['a', 'b', 'c', 'a'])
      await bus.publish(topic, []).catch((error: unknown) => expect(String(error)).toContain('nobody'));
    expect(states()).toEqual(['away']);
    expect(() => watch.requireThrough()).toThrow('wait');
    broken.clear();
    await bus.publish('a', []);
    expect(states()).toEqual(['away']);
    await bus.publish('b', []);
    expect(states()).toEqual(['away', 'back']);
    watch.requireThrough();
  });

  it('say nothing of the bus where the bus refuses what they are', async () => {
    const { bus, states } = watched(() => Promise.reject(messageMalformed('no key')));
    await expect(bus.publish('a', [])).rejects.toThrow('no key');
    expect(states()).toEqual([]);
  });
});
