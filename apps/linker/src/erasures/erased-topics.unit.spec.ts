import { topics } from '@kinledger/contracts';
import { createInMemoryMessageBus, topicSettings, type MessageBus } from '@kinledger/message-bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ErasedTopics } from './erased-topics.js';

const rows = topics.rowPseudonymised.name;
const message = { key: 'a submission', headers: {}, value: Buffer.from('tokens of a person') };

describe('topics after an erasure', () => {
  let bus: MessageBus;
  let stopping: AbortController;
  const told = { errors: new Array<unknown>(), waiting: 0 };

  beforeEach(async () => {
    bus = createInMemoryMessageBus();
    await bus.ensureTopics(Object.values(topics).map(topicSettings));
    stopping = new AbortController();
    told.errors.length = 0;
    told.waiting = 0;
    return () => bus.close();
  });
  afterEach(() => stopping.abort());

  const start = (trim: MessageBus['trim'] = (named) => bus.trim(named)) => {
    const erased = new ErasedTopics({
      bus: { trim },
      onError: (error) => told.errors.push(error),
      onWaiting: () => (told.waiting += 1),
      pause: { firstMs: 1, longestMs: 5 },
    });
    void erased.run(stopping.signal);
    return erased;
  };
  /** A group that reads the rows, once it may. */
  const reader = (mayRead: Promise<void>) => {
    let read = 0;
    const subscription = bus.subscribe({ group: 'linker', topics: [rows] }, async ({ messages }) => {
      await mayRead;
      read += messages.length;
    });
    return { subscription, read: () => read };
  };
  const left = async (topic = rows) =>
    (await bus.trim([topic])).reduce((sum, { begin, end }) => sum + end - begin, 0);

  it('hold nothing that was there at the erasure, once every group has read it; and all of it while nothing is erased', async () => {
    const { promise: mayRead, resolve } = Promise.withResolvers<undefined>();
    const read = () => resolve(undefined);
    const { subscription } = reader(mayRead);
    await subscription.ready;
    await bus.publish(rows, [message, message]);
    const trim = vi.fn((named: readonly string[]) => bus.trim(named));
    const erased = start(trim);
    erased.closedUpTo(5, [], [], 0);
    expect(trim).not.toHaveBeenCalled();
    erased.closedUpTo(6, [], [], 1);
    await vi.waitFor(() => expect(told.waiting).toBe(1));
    read();
    await vi.waitFor(async () => expect(await left()).toBe(0));
    await vi.waitFor(() => expect(trim.mock.calls.at(-1)).toEqual([[rows, topics.command.name]]));
    const looks = trim.mock.calls.length;
    erased.closedUpTo(7, [], [], 1);
    expect(trim.mock.calls.length - looks).toBeLessThan(2);
  });

  it('are trimmed again after a failure, and at a later erasure', async () => {
    const { subscription, read } = reader(Promise.resolve());
    await subscription.ready;
    const trim = vi.fn((named: readonly string[]) => bus.trim(named));
    trim.mockRejectedValueOnce(new Error('the bus is away'));
    const erased = start(trim);
    for (const count of [1, 2]) {
      await bus.publish(rows, [message]);
      await vi.waitFor(() => expect(read()).toBe(count));
      erased.closedUpTo(count, [], [], count);
      await vi.waitFor(async () => expect(await left()).toBe(0));
    }
    expect(told.errors.map(String)).toEqual(['Error: the bus is away']);
  });
});
