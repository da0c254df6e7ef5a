import { inject } from 'vitest';
import type {} from '../testing.js';
import { FIRST_PAUSE_MS } from '../contract/bus-under-test.js';
import { FreezableRelay } from '../contract/freezable-relay.js';
import { messageBusFeatures } from '../contract/message-bus.features.js';
import type { MessageBus } from '../message-bus.js';
import { brokerAddress } from './connection-settings.js';
import { createKafkaMessageBus } from './kafka-message-bus.js';

const kafka = inject('kafka');
const { bootstrap: broker, sessionMs } = kafka.absent === undefined ? kafka : { bootstrap: '', sessionMs: 0 };

messageBusFeatures(
  'Kafka',
  async () => {
    const connections: { bus: MessageBus; relay: FreezableRelay }[] = [];
    const session = {
      ttlMs: sessionMs,
      heartbeatMs: 300,
      pollMs: 200,
      firstPauseMs: FIRST_PAUSE_MS,
      longestPauseMs: 200,
    };
    const connect = async () => {
      const { relay, url } = await FreezableRelay.open(`kafka://${broker}`);
      const through = brokerAddress(new URL(url).host);
      const bus = createKafkaMessageBus({
        brokers: [broker],
        clientId: 'contract',
        prefix: 'contract.',
        reach: () => through,
        session,
      });
      connections.push({ bus, relay });
      return {
        bus,
        loseConnection: () => relay.freeze(),
        regainConnection: () => relay.thaw(),
        severConnections: () => relay.sever(),
        receivedBytes: () => relay.receivedBytes,
      };
    };
    return {
      connect,
      publishSlowly: async (topic, messages) => {
        const slow = await connect();
        slow.loseConnection();
        const published = slow.bus.publish(topic, messages);
        return {
          finish: async () => {
            slow.regainConnection();
            await published;
          },
        };
      },
      dispose: async () => {
        await Promise.all(connections.map(({ bus }) => bus.close()));
        await Promise.all(connections.map(({ relay }) => relay.close()));
      },
    };
  },
  kafka.absent,
);
