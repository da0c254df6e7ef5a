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

/** Connections break: who published knows what is durable, who consumes goes on by itself, and nothing is lost. */
export function outageFeatures(open: OpenBus): void {
  describe('outages', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });

    /** Publishes until it is told that the messages are durable, as the outbox does. */
    const publishSurely = async ({ bus: publisher }: BusConnection, topic: string, round: number) => {
      for (;;) {
        try {
          return await publisher.publish(topic, numbered('a', 5, round * 5));
        } catch {
          // Not known to be there: once more.
        }
      }
    };

    it('loses nothing when connections are cut while messages are published and consumed', async () => {
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
      await until('all is committed', async () => (await totalLag(bus, group)) === 0);
      const expected = numbered('a', 60).map(({ value }) => new TextDecoder().decode(value));
      // What comes again comes after its own first time, so first times are in order.
      expect([...new Set(received.texts)]).toEqual(expected);
    });

    it('delivers after an outage while it was idle, and goes on after it', async () => {
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
