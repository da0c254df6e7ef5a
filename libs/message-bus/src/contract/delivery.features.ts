import { describe, expect, it } from 'vitest';
import { isMessageMalformed, isMessageTooLarge, isPartitionsDiffer, isTopicUnknown } from '../errors.js';
import { MAX_MESSAGE_BYTES, type MessageBus } from '../message-bus.js';
import {
  DAY_MS,
  Gate,
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

/** Published messages arrive: all of them, unchanged, in order, in batches of the requested size. */
export function deliveryFeatures(open: OpenBus): void {
  describe('delivery', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });

    it('delivers a message as it was published', async () => {
      const topic = await newTopic(bus, 3);
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      const headers = { ce_id: '1', empty: '', unicode: 'naïve “Ω” 🌍', quoted: '{"a":"\\u0000"}' };
      const { handled, ...received } = inbox(bus, { group: unique('group'), topics: [topic] });
      await bus.publish(topic, [{ key: 'clé', headers, value }]);
      value.fill(0);
      await until('the message is handled', () => handled.length === 1);
      expect(received.batches).toHaveLength(1);
      expect(handled[0]).toMatchObject({ topic, offset: 0, key: 'clé', headers });
      expect([...handled[0]!.value]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    });

    it('knows a topic by one id, whoever asks, and no two topics by the same', async () => {
      const [topic, other] = [await newTopic(bus), await newTopic(bus)];
      const id = await bus.topicId(topic);
      await bus.publish(topic, [message('a', 'b')]);
      await bus.ensureTopics([{ name: topic, partitions: 1, retentionMs: DAY_MS }]);
      const elsewhere = await underTest.connect();
      expect(await elsewhere.bus.topicId(topic)).toBe(id);
      expect(await bus.topicId(other)).not.toBe(id);
      await expect(bus.topicId(unique('unknown'))).rejects.toSatisfy(isTopicUnknown);
    });

    it('delivers an empty value', async () => {
      const topic = await newTopic(bus);
      const received = inbox(bus, { group: unique('group'), topics: [topic] });
      await bus.publish(topic, [message('', ''), message('a', 'b'), message('', '')]);
      await received.receives(3);
      expect(received.texts).toEqual(['', 'b', '']);
    });

    it('keeps the order of a key, and assigns offsets without gaps in every partition', async () => {
      const topic = await newTopic(bus, 4);
      const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
      for (let round = 0; round < 10; round += 1) {
        await bus.publish(
          topic,
          keys.flatMap((key) => numbered(key, 3, round * 3)),
        );
      }
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 7 });
      await received.receives(keys.length * 30);
      for (const [key, messages] of Map.groupBy(received.handled, (one) => one.key)) {
        expect(messages.map(textOf)).toEqual(
          numbered(key, 30).map(({ value }) => new TextDecoder().decode(value)),
        );
        expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1);
      }
      for (const messages of Map.groupBy(received.handled, ({ partition }) => partition).values()) {
        expect(messages.map(({ offset }) => offset)).toEqual(messages.map((_, index) => index));
      }
    });

    it('puts messages of one partition into a batch, at most as many as requested', async () => {
      const topic = await newTopic(bus, 2);
      await bus.publish(topic, [...numbered('a', 25), ...numbered('b', 25), ...numbered('c', 25)]);
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 10 });
      await received.receives(75);
      for (const batch of received.batches) {
        expect(batch.messages.length).toBeLessThanOrEqual(10);
        expect(batch.messages.every(({ partition }) => partition === batch.partition)).toBe(true);
      }
      expect(Math.max(...received.batches.map(({ messages }) => messages.length))).toBe(10);
    });

    it('bounds a batch by bytes, but always fits one message', async () => {
      const topic = await newTopic(bus);
      const sizes = [400, 400, 400, 5000, 100, 900, 100];
      await bus.publish(
        topic,
        sizes.map((size) => ({ key: 'k', headers: {}, value: new Uint8Array(size) })),
      );
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxBytes: 1000 });
      await received.receives(sizes.length);
      expect(received.batches.map(({ messages }) => messages.map(({ value }) => value.byteLength))).toEqual([
        [400, 400],
        [400],
        [5000],
        [100, 900],
        [100],
      ]);
    });

    it('accepts a message of exactly the largest size, and refuses one byte more before sending', async () => {
      const topic = await newTopic(bus);
      const group = unique('group');
      const received = inbox(bus, { group, topics: [topic] });
      await received.subscription.ready;
      const largest = { key: 'k', headers: { h: '12' }, value: new Uint8Array(MAX_MESSAGE_BYTES - 4) };
      const tooLarge = { ...largest, headers: { h: '123' } };
      await expect(bus.publish(topic, [message('k', 'first'), tooLarge])).rejects.toSatisfy(
        isMessageTooLarge,
      );
      expect(await totalLag(bus, group)).toBe(0);
      await bus.publish(topic, [largest]);
      await received.receives(1);
      expect(received.handled.map(({ value }) => value.byteLength)).toEqual([MAX_MESSAGE_BYTES - 4]);
    });

    it('publishes all or nothing', async () => {
      const topic = await newTopic(bus, 4);
      const bad = [...numbered('a', 5), message('b\0', 'NUL in its key'), ...numbered('c', 5)];
      await expect(bus.publish(topic, bad)).rejects.toSatisfy(isMessageMalformed);
      await bus.publish(topic, numbered('d', 1));
      const received = inbox(bus, { group: unique('group'), topics: [topic] });
      await received.receives(1);
      expect(received.handled).toHaveLength(1);
      expect(received.handled[0]).toMatchObject({ key: 'd', offset: 0 });
    });

    it('accepts an empty publish, which changes nothing', async () => {
      const topic = await newTopic(bus);
      await bus.publish(topic, []);
      await bus.publish(topic, numbered('a', 1));
      const received = inbox(bus, { group: unique('group'), topics: [topic] });
      await received.receives(1);
      expect(received.handled[0]?.offset).toBe(0);
    });

    it('refuses to publish to a topic that does not exist', async () => {
      await expect(bus.publish(unique('topic'), numbered('a', 1))).rejects.toSatisfy(isTopicUnknown);
    });

    it('creates topics idempotently, and refuses a different number of partitions', async () => {
      const settings = { name: unique('topic'), partitions: 2, retentionMs: DAY_MS };
      const { bus: other } = await underTest.connect();
      await Promise.all([bus.ensureTopics([settings]), other.ensureTopics([settings])]);
      await bus.ensureTopics([settings]);
      await expect(bus.ensureTopics([{ ...settings, partitions: 3 }])).rejects.toSatisfy(isPartitionsDiffer);
    });

    it('waits for a topic that is created later, and reports it as missing', async () => {
      const name = unique('topic');
      const received = inbox(bus, { group: unique('group'), topics: [name] });
      await until('the missing topic is reported', () => received.errors.some(isTopicUnknown));
      await bus.ensureTopics([{ name, partitions: 1, retentionMs: DAY_MS }]);
      await bus.publish(name, numbered('a', 2));
      await received.receives(2);
    });

    it('never skips a message whose publisher commits late', async () => {
      const topic = await newTopic(bus, 2);
      const received = inbox(bus, { group: unique('group'), topics: [topic] });
      await received.subscription.ready;
      const late = await underTest.publishSlowly(topic, numbered('a', 3));
      const meanwhile = bus.publish(topic, numbered('a', 3, 3));
      const elsewhere = ['b', 'c', 'd', 'e', 'f'].map((key) => bus.publish(topic, numbered(key, 1)));
      // While the slow publish is open, at least the partition without it moves on.
      await received.receives(1);
      await late.finish();
      await Promise.all([meanwhile, ...elsewhere]);
      await received.receives(11);
      for (const messages of Map.groupBy(received.handled, ({ partition }) => partition).values()) {
        expect(messages.map(({ offset }) => offset)).toEqual(messages.map((_, index) => index));
      }
    });

    it('delivers everything that many publish concurrently, in the order of each publisher', async () => {
      const topic = await newTopic(bus, 3);
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 20 });
      const elsewhere = (await underTest.connect()).bus;
      const publishers = Array.from({ length: 8 }, (_, index) => ({
        bus: index % 2 === 0 ? bus : elsewhere,
        keys: [`${index}-a`, `${index}-b`, `${index}-c`],
      }));
      await Promise.all(
        publishers.map(async (publisher) => {
          for (let round = 0; round < 15; round += 1) {
            const messages = publisher.keys.flatMap((key) => numbered(key, 2, round * 2));
            // Each publisher uses an order of partitions of its own, which must not cause a deadlock.
            await publisher.bus.publish(topic, round % 2 === 0 ? messages : messages.toReversed());
          }
        }),
      );
      await received.receives(8 * 15 * 6);
      expect(received.handled).toHaveLength(8 * 15 * 6);
      for (const messages of Map.groupBy(received.handled, ({ partition }) => partition).values()) {
        expect(messages.map(({ offset }) => offset)).toEqual(messages.map((_, index) => index));
      }
    });

    it('delivers a single message and a burst after being idle', async () => {
      const topic = await newTopic(bus, 2);
      const received = inbox(bus, { group: unique('group'), topics: [topic], maxMessages: 50 });
      await received.subscription.ready;
      await bus.publish(topic, numbered('a', 1));
      await received.receives(1);
      for (let burst = 0; burst < 5; burst += 1) {
        await Promise.all([bus.publish(topic, numbered('a', 100)), bus.publish(topic, numbered('b', 100))]);
        await received.receives(1 + (burst + 1) * 200);
      }
      expect(received.handled).toHaveLength(1001);
    });

    it('lets groups read independently of each other', async () => {
      const topic = await newTopic(bus);
      const gate = new Gate();
      const slow = inbox(bus, { group: unique('slow'), topics: [topic] });
      slow.during = () => gate.opened;
      const quick = inbox(bus, { group: unique('quick'), topics: [topic] });
      await bus.publish(topic, numbered('a', 10));
      await quick.receives(10);
      expect(slow.handled).toHaveLength(0);
      gate.open();
      await slow.receives(10);
      expect(slow.texts).toEqual(quick.texts);
    });

    it('starts a new group at the earliest or the latest message, and a known one where it was', async () => {
      const topic = await newTopic(bus);
      await bus.publish(topic, numbered('a', 3));
      const earliest = inbox(bus, { group: unique('earliest'), topics: [topic] });
      const group = unique('latest');
      const latest = inbox(bus, { group, topics: [topic], startAt: 'latest' });
      await Promise.all([earliest.subscription.ready, latest.subscription.ready]);
      await bus.publish(topic, numbered('a', 2, 3));
      await Promise.all([earliest.receives(5), latest.receives(2)]);
      expect(earliest.handled[0]?.offset).toBe(0);
      expect(latest.handled.map(({ offset }) => offset)).toEqual([3, 4]);

      await latest.subscription.stop();
      await bus.publish(topic, numbered('a', 2, 5));
      const again = inbox(bus, { group, topics: [topic], startAt: 'latest' });
      await again.receives(2);
      expect(again.handled.map(({ offset }) => offset)).toEqual([5, 6]);
    });

    it('delivers several topics to one subscription', async () => {
      const [one, other] = [await newTopic(bus), await newTopic(bus, 2)];
      const received = inbox(bus, { group: unique('group'), topics: [one, other] });
      await bus.publish(one, numbered('a', 2));
      await bus.publish(other, numbered('b', 2));
      await received.receives(4);
      expect(
        received.batches.every((batch) => batch.messages.every(({ topic }) => topic === batch.topic)),
      ).toBe(true);
      expect(new Set(received.batches.map(({ topic }) => topic))).toEqual(new Set([one, other]));
    });
  });
}
