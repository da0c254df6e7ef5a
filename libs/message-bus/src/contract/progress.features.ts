import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../message-bus.js';
import {
  Gate,
  newTopic,
  numbered,
  unique,
  until,
  type BusUnderTest,
  type OpenBus,
} from './bus-under-test.js';
import { useBus } from './use-bus.js';

/** A subscription reports its progress, so that a stalled one can be told from an idle one. */
export function progressFeatures(open: OpenBus): void {
  describe('progress', () => {
    let underTest: BusUnderTest;
    let bus: MessageBus;
    const inbox = useBus(open, (itsBus, its) => {
      bus = itsBus;
      underTest = its;
    });

    it('names the partitions that it owns, with their next offsets', async () => {
      const topic = await newTopic(bus, 2);
      const { subscription, ...received } = inbox(bus, { group: unique('group'), topics: [topic] });
      await bus.publish(topic, numbered('a', 3));
      await until('everything is handled', () => received.handled.length === 3);
      const next = () =>
        subscription
          .progress()
          .partitions.map((partition) => [partition.topic, partition.next] as const)
          .toSorted((a, b) => a[1] - b[1]);
      await until('it has moved on', () => next().at(-1)?.[1] === 3);
      expect(next()).toEqual([
        [topic, 0],
        [topic, 3],
      ]);
      await subscription.stop();
      expect(subscription.progress().partitions).toEqual([]);
    });

    it('reports a batch in progress, and the age of a failure', async () => {
      const topic = await newTopic(bus);
      const gate = new Gate();
      const received = inbox(bus, { group: unique('group'), topics: [topic] });
      received.during = () => gate.opened.then(() => Promise.reject(new Error('refused by the test')));
      const partition = () => received.subscription.progress().partitions[0];
      await bus.publish(topic, numbered('a', 1));
      await until('a batch is being handled', () => partition()?.handling === true);
      expect(partition()?.failedMsAgo).toBeUndefined();
      gate.open();
      await until('the failure is reported', () => partition()?.failedMsAgo !== undefined);
      expect(received.subscription.progress().failedMsAgo).toBeDefined();
    });

    it('keeps its ages small while there is nothing to do', async () => {
      const topic = await newTopic(bus);
      const { subscription } = inbox(bus, { group: unique('group'), topics: [topic] });
      await subscription.ready;
      const ages = () => {
        const { attendedMsAgo, partitions } = subscription.progress();
        return { attendedMsAgo, polledMsAgo: partitions[0]?.polledMsAgo ?? 0 };
      };
      // Ages grow, and fall whenever the bus has answered.
      for (const age of ['attendedMsAgo', 'polledMsAgo'] as const) {
        let before = 0;
        await until(`${age} has fallen`, () => {
          const now = ages()[age];
          const fell = now < before;
          before = now;
          return fell;
        });
      }
    });

    it('lets its ages grow while the bus does not answer', async () => {
      const topic = await newTopic(bus);
      const cut = await underTest.connect();
      const { subscription } = inbox(cut.bus, { group: unique('group'), topics: [topic] });
      await subscription.ready;
      cut.loseConnection();
      const { attendedMsAgo } = subscription.progress();
      await until(
        'it was not heard of for longer',
        () => subscription.progress().attendedMsAgo > attendedMsAgo + 1000,
      );
      cut.regainConnection();
      await until('it has contact again', () => subscription.progress().attendedMsAgo < 1000);
    });
  });
}
