import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../message-bus.js';
import {
  newTopic,
  numbered,
  totalLag,
  unique,
  until,
  type BusConnection,
  type BusUnderTest,
  type OpenBus,
} from './bus-under-test.js';
import { useBus } from './use-bus.js';

/** When connections break, publishers know what is durable, consumers resume by themselves, and no message is lost. */
export function outageFeatures(open: OpenBus): void {
  describe('outages', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });

    /** Publishes until it is confirmed that the messages are durable, as the outbox does. */
    const publishSurely = async ({ bus: publisher }: BusConnection, topic: string, round: number) => {
      for (;;) {
        try {
          return await publisher.publish(topic, numbered('a', 5, round * 5));
        } catch {
          // The outcome is unknown: publish again.
        }
      }
    };

    it('loses nothing when connections are cut during publishing and consuming', async () => {
      const topic = await newTopic(bus, 2);
      const group = unique('group');
      const [publisher, consumer] = [await underTest.connect(), await underTest.connect()];
      const received = inbox(consumer.bus, { group, topics: [topic], maxMessages: 3 });
      await received.subscription.ready;
      for (let round = 0; round < 12; round += 1) {
        const published = publishSurely(publisher, topic, round);
        publisher.severConnections();
        if (round % 3 === 0) consumer.severConnections();
        await published;
      }
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
      const expected = numbered('a', 60).map(({ value }) => new TextDecoder().decode(value));
      // A repeated message arrives after its first time, so that first times are in order.
      expect([...new Set(received.texts)]).toEqual(expected);
    });

    it('delivers what is published after an outage during which it was idle', async () => {
      const topic = await newTopic(bus);
      const consumer = await underTest.connect();
      const received = inbox(consumer.bus, { group: unique('group'), topics: [topic] });
      await received.subscription.ready;
      for (let round = 0; round < 3; round += 1) {
        consumer.severConnections();
        await bus.publish(topic, numbered('a', 2, round * 2));
        await received.receives((round + 1) * 2);
      }
      expect([...new Set(received.texts)]).toHaveLength(6);
    });

    it('delivers what was published while it was cut off', async () => {
      const topic = await newTopic(bus);
      const consumer = await underTest.connect();
      const received = inbox(consumer.bus, { group: unique('group'), topics: [topic] });
      await received.subscription.ready;
      consumer.loseConnection();
      await bus.publish(topic, numbered('a', 5));
      consumer.regainConnection();
      await received.receives(5);
    });
  });
}
