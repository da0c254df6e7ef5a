import { describe, expect, inject, it } from 'vitest';
import type {} from '../testing.js';
import { DAY_MS, unique } from '../contract/bus-under-test.js';
import { brokerAddress } from './connection-settings.js';
import { createKafkaMessageBus } from './kafka-message-bus.js';

const kafka = inject('kafka');
const broker = kafka.absent === undefined ? kafka.bootstrap : '';

describe.skipIf(kafka.absent !== undefined)(
  `topics of a service that starts${kafka.absent === undefined ? '' : ` (absent: ${kafka.absent})`}`,
  () => {
    it('are created as soon as a broker answers that was unavailable at first', async () => {
      let refusals = 0;
      const bus = createKafkaMessageBus({
        brokers: [broker],
        clientId: 'topics',
        reach: () => {
          if (refusals === 3) return brokerAddress(broker);
          refusals += 1;
          // Nothing listens at this port.
          return { host: '127.0.0.1', port: 1 };
        },
      });
      await bus.ensureTopics([{ name: unique('topic'), partitions: 1, retentionMs: DAY_MS }]);
      expect(refusals).toBe(3);
      await bus.close();
    });
  },
);
