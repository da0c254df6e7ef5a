import { vi } from 'vitest';
import { FIRST_PAUSE_MS } from '../contract/bus-under-test.js';
import { messageBusFeatures } from '../contract/message-bus.features.js';
import { InMemoryBroker } from './in-memory-broker.js';
import { connectInMemory, type InMemoryConnection } from './in-memory-message-bus.js';

// Cases wait for members to expire, which takes longer on a busy machine.
vi.setConfig({ testTimeout: 40_000 });

messageBusFeatures('in memory', async () => {
  const broker = new InMemoryBroker();
  const connections: InMemoryConnection[] = [];
  const session = {
    ttlMs: 1000,
    graceMs: 300,
    heartbeatMs: 100,
    pollMs: 50,
    firstPauseMs: FIRST_PAUSE_MS,
    longestPauseMs: 200,
  };
  return {
    connect: async () => {
      const connection = connectInMemory(broker, session);
      connections.push(connection);
      return connection;
    },
    // A publish to memory is a single step, which takes its place in the order when it is committed.
    publishSlowly: async (topic, messages) => ({ finish: async () => broker.publish(topic, messages) }),
    dispose: async () => {
      await Promise.all(connections.map(({ bus }) => bus.close()));
    },
  };
});
