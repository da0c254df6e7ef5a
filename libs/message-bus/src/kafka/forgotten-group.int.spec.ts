import { Admin } from '@platformatic/kafka';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type {} from '../testing.js';
import { Inbox, numbered, totalLag, unique, until } from '../contract/bus-under-test.js';
import { createKafkaMessageBus } from './kafka-message-bus.js';

const kafka = inject('kafka');
const broker = kafka.absent === undefined ? kafka.bootstrap : '';

describe.skipIf(kafka.absent !== undefined)(
  `a group that the broker has forgotten${kafka.absent === undefined ? '' : ` (absent: ${kafka.absent})`}`,
  () => {
    const bus = createKafkaMessageBus({
      brokers: [broker],
      clientId: 'forgotten',
      prefix: 'forgotten.',
      session: { heartbeatMs: 300, pollMs: 200 },
    });
    const admin = new Admin({ clientId: 'forgotten', bootstrapBrokers: [broker] });
    afterAll(async () => {
      await bus.close();
      await admin.close();
    });

    it("begins with the earliest message, and none of its topics' messages were deleted meanwhile", async () => {
      const [name, quick, away] = [unique('topic'), unique('quick'), unique('away')];
      await bus.ensureTopics([{ name, partitions: 1, retentionMs: 1000, groups: [quick, away] }]);
      const soon = () => new Date(Date.now() + 60_000);

      const absent = new Inbox(bus, { group: away, topics: [name] });
      const present = new Inbox(bus, { group: quick, topics: [name] });
      await bus.publish(name, numbered('a', 2));
      await absent.receives(2);
      await absent.subscription.stop();
      await bus.publish(name, numbered('a', 3, 2));
      await present.receives(5);
      await until(
        'the active group has committed everything',
        async () => (await totalLag(bus, quick)) === 0,
      );
      // As when the offsets of a group without members expire.
      await admin.deleteGroups({ groups: [`forgotten.${away}`] });
      expect(await bus.applyRetention(soon())).toBe(0);

      const back = new Inbox(bus, { group: away, topics: [name] });
      await back.receives(5);
      expect(back.texts).toEqual(['a:0', 'a:1', 'a:2', 'a:3', 'a:4']);
      await until(
        'the returning group has committed everything',
        async () => (await totalLag(bus, away)) === 0,
      );
      expect(await bus.applyRetention(soon())).toBe(5);
    });
  },
);
