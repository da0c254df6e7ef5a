import { describe, expect, it } from 'vitest';
import type { Batch, MessageBus } from '../message-bus.js';
import { partitionOf } from '../partition-of.js';
import {
  Gate,
  keysOfPartitions,
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

/** Members of a group share the partitions, one member per partition, while members join, leave or die. */
export function sharingFeatures(open: OpenBus): void {
  describe('sharing', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });
    const keys = keysOfPartitions(4, (key) => partitionOf(key, 4));
    const toAll = (first: number) => keys.flatMap((key) => numbered(key, 1, first));

    it('divides the partitions, and divides them again when a member joins or leaves', async () => {
      const topic = await newTopic(bus, 4);
      const group = unique('group');
      const first = inbox(bus, { group, topics: [topic] });
      await first.subscription.ready;
      await bus.publish(topic, toAll(0));
      await first.receives(4);
      expect(first.partitions).toEqual(new Set([0, 1, 2, 3]));

      const second = inbox((await underTest.connect()).bus, { group, topics: [topic] });
      await second.subscription.ready;
      first.batches.length = 0;
      await bus.publish(topic, toAll(1));
      await until('both have their share', () => first.handled.length + second.handled.length === 8);
      expect(first.partitions.size).toBe(2);
      expect(second.partitions.size).toBe(2);
      expect(first.partitions.isDisjointFrom(second.partitions)).toBe(true);

      await first.subscription.stop();
      await bus.publish(topic, toAll(2));
      await second.receives(6);
      expect(second.partitions.size).toBe(4);
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
      const texts = [...first.texts, ...second.texts];
      expect(texts.toSorted()).toEqual(
        [0, 1, 2]
          .flatMap(toAll)
          .map(({ value }) => new TextDecoder().decode(value))
          .toSorted(),
      );
    });

    it('keeps a surplus member without a partition ready to take over', async () => {
      const topic = await newTopic(bus, 1);
      const group = unique('group');
      const first = inbox(bus, { group, topics: [topic] });
      await first.subscription.ready;
      const second = inbox((await underTest.connect()).bus, { group, topics: [topic] });
      await second.subscription.ready;
      await bus.publish(topic, numbered('a', 2));
      await first.receives(2);
      await first.subscription.stop();
      await bus.publish(topic, numbered('a', 2, 2));
      await second.receives(2);
      expect([...first.texts, ...second.texts]).toEqual(['a:0', 'a:1', 'a:2', 'a:3']);
    });

    it('finishes a batch in progress before it hands its partition to a joining member', async () => {
      const topic = await newTopic(bus, 2);
      const group = unique('group');
      const gate = new Gate();
      const inHand = new Set<number>();
      let overlaps = 0;
      const exclusively = (work: (batch: Batch) => Promise<void>) => async (batch: Batch) => {
        if (inHand.has(batch.partition)) overlaps += 1;
        inHand.add(batch.partition);
        await work(batch);
        inHand.delete(batch.partition);
      };
      const first = inbox(bus, { group, topics: [topic], maxMessages: 1 });
      first.during = exclusively(() => gate.opened);
      const two = keysOfPartitions(2, (key) => partitionOf(key, 2));
      await bus.publish(
        topic,
        two.flatMap((key) => numbered(key, 5)),
      );
      await until('both partitions are being handled', () => inHand.size === 2);
      const second = inbox((await underTest.connect()).bus, { group, topics: [topic], maxMessages: 1 });
      second.during = exclusively(() => Promise.resolve());
      gate.open();
      await second.subscription.ready;
      await until('everything is handled', () => first.handled.length + second.handled.length === 10);
      expect(overlaps).toBe(0);
      for (const messages of Map.groupBy([...first.handled, ...second.handled], ({ key }) => key).values()) {
        expect(messages.map(textOf).toSorted()).toEqual(
          numbered(messages[0]!.key, 5).map(({ value }) => new TextDecoder().decode(value)),
        );
      }
    });

    it('takes over the partitions of a member that died silently', async () => {
      const topic = await newTopic(bus, 4);
      const group = unique('group');
      const dying = await underTest.connect();
      const first = inbox(dying.bus, { group, topics: [topic] });
      const second = inbox(bus, { group, topics: [topic] });
      await Promise.all([first.subscription.ready, second.subscription.ready]);
      await bus.publish(topic, toAll(0));
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
      dying.loseConnection();
      await bus.publish(topic, toAll(1));
      await until('everything is committed again', async () => (await totalLag(bus, group)) === 0);
      expect(second.texts.filter((text) => text.endsWith(':1'))).toHaveLength(4);
      dying.regainConnection();
    });

    it('refuses the commit of a member that was presumed dead', async () => {
      const topic = await newTopic(bus, 1);
      const group = unique('group');
      const paused = await underTest.connect();
      const [zombieGate, heirGate] = [new Gate(), new Gate()];
      const zombie = inbox(paused.bus, { group, topics: [topic], maxMessages: 3 });
      zombie.during = () => zombieGate.opened;
      await bus.publish(topic, numbered('a', 3));
      await until('the first member handles the batch', () => zombie.batches.length === 1);
      paused.loseConnection();
      const heir = inbox(bus, { group, topics: [topic], maxMessages: 3 });
      heir.during = () => heirGate.opened;
      await until('the second has it too', () => heir.batches.length === 1);
      expect(heir.messages.map(textOf)).toEqual(['a:0', 'a:1', 'a:2']);
      await until(
        'the signal of the first member’s batch aborts',
        () => zombie.batches[0]?.signal.aborted === true,
      );

      paused.regainConnection();
      zombieGate.open();
      // Stopping waits until the batch in progress is committed, or refused.
      await zombie.subscription.stop();
      expect(await totalLag(bus, group)).toBe(3);
      heirGate.open();
      await until('the second commits', async () => (await totalLag(bus, group)) === 0);
    });

    it('waits for its own handler when it gets a lost partition back', async () => {
      const topic = await newTopic(bus, 1);
      const group = unique('group');
      const unlucky = await underTest.connect();
      const gate = new Gate();
      let inHand = 0;
      let overlaps = 0;
      const first = inbox(unlucky.bus, { group, topics: [topic], maxMessages: 1 });
      first.during = async () => {
        inHand += 1;
        if (inHand > 1) overlaps += 1;
        await gate.opened;
        inHand -= 1;
      };
      await bus.publish(topic, numbered('a', 3));
      await until('the first member handles a batch', () => first.batches.length === 1);
      unlucky.loseConnection();
      const second = inbox(bus, { group, topics: [topic], maxMessages: 1 });
      await second.receives(3);
      unlucky.regainConnection();
      // A topic of its own on the same subscription shows when it is back.
      const other = await newTopic(bus, 1);
      const sign = inbox(unlucky.bus, { group, topics: [other] });
      await bus.publish(other, numbered('b', 1));
      await sign.receives(1);
      await second.subscription.stop();
      await bus.publish(topic, numbered('a', 2, 3));
      await bus.publish(other, numbered('b', 1, 1));
      await sign.receives(2);
      expect(first.batches).toHaveLength(1);
      gate.open();
      await until('the first resumes', () => first.texts.includes('a:4'));
      expect(overlaps).toBe(0);
      expect(first.messages.map(textOf)).toEqual(['a:0', 'a:3', 'a:4']);
    });

    it('gives a member that was cut off for a while its work back', async () => {
      const topic = await newTopic(bus, 4);
      const group = unique('group');
      const unlucky = await underTest.connect();
      const first = inbox(unlucky.bus, { group, topics: [topic] });
      const second = inbox(bus, { group, topics: [topic] });
      await Promise.all([first.subscription.ready, second.subscription.ready]);
      unlucky.loseConnection();
      await bus.publish(topic, toAll(0));
      await until('the other one handles everything', () => second.handled.length >= 4);
      unlucky.regainConnection();
      // Both share again once each handles messages of the same round.
      let round = 1;
      await until('both share again', async () => {
        first.batches.length = second.batches.length = 0;
        await bus.publish(topic, toAll(round));
        round += 1;
        await until('the round is committed', async () => (await totalLag(bus, group)) === 0);
        return first.partitions.size === 2 && second.partitions.size === 2;
      });
    });
  });
}
