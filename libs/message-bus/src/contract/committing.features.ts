import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isBusClosed, isSubscriptionStopped } from '../errors.js';
import type { MessageBus } from '../message-bus.js';
import { partitionOf } from '../partition-of.js';
import {
  FIRST_PAUSE_MS,
  Gate,
  Inbox,
  keysOfPartitions,
  message,
  newTopic,
  numbered,
  textOf,
  totalLag,
  unique,
  until,
  type BusUnderTest,
  type OpenBus,
} from './bus-under-test.js';
import { useBus } from './use-bus.js';

/** A batch is committed when its handler has succeeded, and delivered again if it fails. */
export function committingFeatures(open: OpenBus): void {
  describe('committing', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });

    it('commits after the handler, not before', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      const gate = new Gate();
      const received = inbox(bus, { group, topics: [topic] });
      received.during = () => gate.opened;
      await bus.publish(topic, numbered('a', 4));
      await until('a batch is being handled', () => received.batches.length === 1);
      expect(await totalLag(bus, group)).toBe(4);
      gate.open();
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
    });

    it('resumes at exactly the first uncommitted message: not one too low, not one too high', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      await bus.publish(topic, numbered('a', 7));
      const first = inbox(bus, { group, topics: [topic], maxMessages: 3 });
      first.during = ({ messages }) =>
        messages[0]?.offset === 0 ? Promise.resolve() : Promise.reject(new Error('refused by the test'));
      await until('the second batch failed', () => first.errors.length > 0);
      await first.subscription.stop();

      const second = inbox(bus, { group, topics: [topic], maxMessages: 100 });
      await second.receives(4);
      expect(second.handled.map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
      await second.subscription.stop();

      await bus.publish(topic, numbered('a', 1, 7));
      const third = inbox(bus, { group, topics: [topic] });
      await third.receives(1);
      expect(third.handled.map(({ offset }) => offset)).toEqual([7]);
    });

    it('delivers a failing batch again, whole and first, after growing pauses', async () => {
      const topic = await newTopic(bus);
      const at: number[] = [];
      await bus.publish(topic, numbered('a', 6));
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 3 });
      received.during = async () => {
        at.push(performance.now());
        if (at.length <= 4) throw new Error(`failure ${at.length}`);
      };
      await received.receives(6);
      expect(received.batches.map(({ messages }) => messages.map(textOf))).toEqual([
        ...Array.from({ length: 5 }, () => ['a:0', 'a:1', 'a:2']),
        ['a:3', 'a:4', 'a:5'],
      ]);
      expect(received.errors.map(String)).toEqual([1, 2, 3, 4].map((count) => `Error: failure ${count}`));
      for (const [index, pause] of [1, 2, 4, 8].map((factor) => factor * FIRST_PAUSE_MS).entries()) {
        // A timer may fire a millisecond early.
        expect(at[index + 1]! - at[index]!).toBeGreaterThanOrEqual(pause - 2);
      }
    });

    it('continues with other partitions while one fails', async () => {
      const topic = await newTopic(bus, 3);
      const [bad = '', ...good] = keysOfPartitions(3, (key) => partitionOf(key, 3));
      const group = unique('group');
      const received = inbox(bus, { group, topics: [topic], maxMessages: 5 });
      let broken = true;
      received.during = async ({ messages }) => {
        if (broken && messages.some(({ key }) => key === bad)) throw new Error('refused by the test');
      };
      await bus.publish(topic, [...numbered(bad, 5), ...good.flatMap((key) => numbered(key, 20))]);
      await received.receives(40);
      expect(received.handled.some(({ key }) => key === bad)).toBe(false);
      expect(await totalLag(bus, group)).toBeGreaterThanOrEqual(5);
      broken = false;
      await received.receives(45);
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
    });

    it('delivers one batch of a partition at a time', async () => {
      const topic = await newTopic(bus, 2);
      const inHand = new Map<number, number>();
      let overlaps = 0;
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 2 });
      received.during = async ({ partition }) => {
        const count = (inHand.get(partition) ?? 0) + 1;
        inHand.set(partition, count);
        if (count > 1) overlaps += 1;
        await new Promise((resolve) => setImmediate(resolve));
        inHand.set(partition, (inHand.get(partition) ?? 1) - 1);
      };
      for (let round = 0; round < 20; round += 1) {
        await bus.publish(topic, [...numbered('a', 3), ...numbered('b', 3), ...numbered('c', 3)]);
      }
      await received.receives(180);
      expect(overlaps).toBe(0);
    });

    it('fetches at most one batch ahead of a slow handler', async () => {
      const connection = await underTest.connect();
      const [topic, other] = [await newTopic(bus), await newTopic(bus)];
      const size = 64 * 1024;
      for (let round = 0; round < 10; round += 1) {
        await bus.publish(
          topic,
          // Random, so that no adapter can compress it.
          Array.from({ length: 10 }, () => ({ key: 'k', headers: {}, value: randomBytes(size) })),
        );
      }
      const gate = new Gate();
      const slow = inbox(connection.bus, { group: unique('slow'), topics: [topic], maxMessages: 5 });
      slow.during = () => gate.opened;
      await until('a batch is being handled', () => slow.batches.length === 1);
      // Much other traffic on the same connection gives a reader that does not stop time to be noticed.
      const quick = inbox(connection.bus, { group: unique('quick'), topics: [other] });
      for (let round = 1; round <= 30; round += 1) {
        await bus.publish(other, numbered('a', 1));
        await quick.receives(round);
      }
      // Two batches of five out of a hundred messages, each at most twice as large in transit. The lower bound shows
      // that the batch in progress came over the measured connection.
      expect(connection.receivedBytes()).toBeGreaterThan(5 * size);
      expect(connection.receivedBytes()).toBeLessThan(25 * size);
      expect(slow.batches).toHaveLength(1);
      gate.open();
      await slow.receives(100);
    });

    it('finishes and commits the batch in progress when it stops, and takes no other', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      const gate = new Gate();
      const received = inbox(bus, { group, topics: [topic], maxMessages: 2 });
      received.during = () => gate.opened;
      await bus.publish(topic, numbered('a', 6));
      await until('a batch is being handled', () => received.batches.length === 1);
      const stopped = received.subscription.stop();
      // It is given time: its signal is not aborted.
      expect(received.batches[0]?.signal.aborted).toBe(false);
      gate.open();
      await stopped;
      expect(received.handled).toHaveLength(2);
      expect(received.batches).toHaveLength(1);
      expect(await totalLag(bus, group)).toBe(4);
    });

    it('aborts the signal of a handler that takes too long while stopping, and commits nothing of it', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      const received = inbox(bus, { group, topics: [topic], maxMessages: 2 });
      received.during = ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      await bus.publish(topic, numbered('a', 6));
      await until('a batch is being handled', () => received.batches.length === 1);
      await received.subscription.stop();
      expect(received.batches[0]?.signal.aborted).toBe(true);
      expect(await totalLag(bus, group)).toBe(6);
    });

    it('stops in the middle of a pause without losing the batch', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      const received = inbox(bus, { group, topics: [topic] });
      received.during = () => Promise.reject(new Error('refused by the test'));
      await bus.publish(topic, numbered('a', 2));
      await until('the batch failed', () => received.errors.length > 2);
      await received.subscription.stop();
      expect(await totalLag(bus, group)).toBe(2);
      const next = inbox(bus, { group, topics: [topic] });
      await next.receives(2);
    });

    it('continues when the error listener itself throws', async () => {
      const topic = await newTopic(bus);
      let deliveries = 0;
      const subscription = bus.subscribe(
        {
          group: unique('group'),
          topics: [topic],
          onError: () => {
            throw new Error('a listener that fails');
          },
        },
        async () => {
          deliveries += 1;
          if (deliveries < 3) throw new Error('refused by the test');
        },
      );
      await bus.publish(topic, [message('a', 'b')]);
      await until('it is delivered a third time', () => deliveries === 3);
      await subscription.stop();
    });

    it('may be stopped immediately, twice, and closed; nothing runs afterwards', async () => {
      const connection = await underTest.connect();
      const topic = await newTopic(bus);
      const stopped = connection.bus.subscribe({ group: unique('group'), topics: [topic] }, () =>
        Promise.resolve(),
      );
      await Promise.all([stopped.stop(), stopped.stop()]);
      await expect(stopped.ready).rejects.toSatisfy(isSubscriptionStopped);
      const group = unique('group');
      const open = new Inbox(connection.bus, { group, topics: [topic] });
      await open.subscription.ready;
      await Promise.all([connection.bus.close(), connection.bus.close()]);
      await bus.publish(topic, numbered('a', 3));
      await expect(connection.bus.publish(topic, numbered('a', 3))).rejects.toSatisfy(isBusClosed);
      const heir = inbox(bus, { group, topics: [topic] });
      await heir.receives(3);
      expect(open.handled).toHaveLength(0);
    });
  });
}
