import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../message-bus.js';
import {
  DAY_MS,
  Gate,
  newTopic,
  numbered,
  textOf,
  totalLag,
  unique,
  until,
  type OpenBus,
} from './bus-under-test.js';
import { useBus } from './use-bus.js';

const soon = () => new Date(Date.now() + 60_000);

/**
 * Messages are deleted once they are old enough and every group that ever subscribed has committed them; lag counts the
 * uncommitted ones.
 */
export function retentionFeatures(open: OpenBus): void {
  describe('retention and lag', () => {
    let bus: MessageBus;
    const inbox = useBus(open, (its) => (bus = its));
    /** Asserts how many messages a new group would find. */
    const kept = async (topic: string, expected: number) => {
      const late = inbox(bus, { group: unique('late'), topics: [topic] });
      await late.receives(expected);
      await late.subscription.stop();
      return late.texts;
    };

    it('keeps recent messages, even if every group has committed them', async () => {
      const topic = await newTopic(bus, 1, DAY_MS);
      const group = unique('group');
      inbox(bus, { group, topics: [topic] });
      await bus.publish(topic, numbered('a', 3));
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
      await bus.applyRetention(soon());
      expect(await kept(topic, 3)).toHaveLength(3);
    });

    it('keeps what a group has not committed, however old, even if that group is away', async () => {
      const topic = await newTopic(bus, 1, 1000);
      const [quick, away] = [unique('quick'), unique('away')];
      const absent = inbox(bus, { group: away, topics: [topic] });
      await absent.subscription.ready;
      await bus.publish(topic, numbered('a', 2));
      await absent.receives(2);
      await absent.subscription.stop();
      const present = inbox(bus, { group: quick, topics: [topic] });
      await bus.publish(topic, numbered('a', 3, 2));
      await until('the active group has handled everything', async () => (await totalLag(bus, quick)) === 0);
      expect(present.handled).toHaveLength(5);
      await bus.applyRetention(soon());
      const back = inbox(bus, { group: away, topics: [topic] });
      await back.receives(3);
      expect(back.texts).toEqual(['a:2', 'a:3', 'a:4']);
      expect(await kept(topic, 3)).toEqual(['a:2', 'a:3', 'a:4']);
    });

    it('deletes the rest in as many steps as needed, and returns the number; offsets continue', async () => {
      // Deletes what other cases left.
      await bus.applyRetention(soon());
      const topic = await newTopic(bus, 2, 1000);
      const group = unique('group');
      const received = inbox(bus, { group, topics: [topic], maxMessages: 1000 });
      await bus.publish(topic, [...numbered('a', 1300), ...numbered('b', 700)]);
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
      expect(await bus.applyRetention(soon())).toBe(2000);
      expect(await bus.applyRetention(soon())).toBe(0);
      await bus.publish(topic, numbered('a', 1, 1300));
      await received.receives(2001);
      const last = received.handled.at(-1)!;
      expect(textOf(last)).toBe('a:1300');
      expect(last.offset).toBeGreaterThanOrEqual(1300);
      expect(await kept(topic, 1)).toEqual(['a:1300']);
    });

    it('deletes at once, from topics alone that are named, what every group has committed', async () => {
      const [topic, other] = [await newTopic(bus, 2, DAY_MS), await newTopic(bus, 1, DAY_MS)];
      const [quick, away] = [unique('quick'), unique('away')];
      const absent = inbox(bus, { group: away, topics: [topic] });
      await absent.subscription.ready;
      await bus.publish(topic, numbered('a', 700));
      await bus.publish(other, numbered('b', 1));
      await absent.receives(700);
      await absent.subscription.stop();
      const present = inbox(bus, { group: quick, topics: [topic, other], maxMessages: 1000 });
      await bus.publish(topic, numbered('a', 3, 700));
      await until('the active group has handled everything', async () => (await totalLag(bus, quick)) === 0);
      expect(present.handled).toHaveLength(704);
      const left = await bus.trim([topic]);
      expect(left.map(({ begin, end }) => end - begin).toSorted()).toEqual([0, 3]);
      expect(await kept(topic, 3)).toEqual(['a:700', 'a:701', 'a:702']);
      expect(await kept(other, 1)).toEqual(['b:0']);
      const back = inbox(bus, { group: away, topics: [topic] });
      await back.receives(3);
      await until('it has committed them', async () => (await totalLag(bus, away)) === 0);
      // Groups that looked at the topic for this test alone hold it too, as any other does.
      expect((await bus.trim([topic])).every(({ begin, end }) => end - begin === 0)).toBe(true);
    });

    it('deletes by age alone from a topic without subscribers', async () => {
      await bus.applyRetention(soon());
      const topic = await newTopic(bus, 1, 1000);
      await bus.publish(topic, numbered('a', 5));
      expect(await bus.applyRetention(new Date())).toBe(0);
      expect(await bus.applyRetention(soon())).toBe(5);
    });

    it('counts the lag of a group by partition', async () => {
      const topic = await newTopic(bus, 2);
      const group = unique('group');
      expect(await bus.lag(group)).toEqual([]);
      const gate = new Gate();
      const received = inbox(bus, { group, topics: [topic], maxMessages: 2 });
      await received.subscription.ready;
      expect(await totalLag(bus, group)).toBe(0);
      received.during = () => (received.batches.length === 1 ? Promise.resolve() : gate.opened);
      await bus.publish(topic, numbered('a', 5));
      await until('the first batch is committed', async () => (await totalLag(bus, group)) === 3);
      const lags = await bus.lag(group);
      expect(lags.map(({ topic: name, partition }) => [name, partition])).toEqual([
        [topic, 0],
        [topic, 1],
      ]);
      expect(lags.map(({ lag }) => lag).toSorted()).toEqual([0, 3]);
      gate.open();
      await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
    });
  });
}
