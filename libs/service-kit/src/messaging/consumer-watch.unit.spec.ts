import { createInMemoryMessageBus, type MessageBus } from '@kinledger/message-bus';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Health } from '../health/health.js';
import { Metrics } from '../metrics/metrics.js';
import { ConsumerWatch } from './consumer-watch.js';

const TOPIC = 'test.internal.watched.1';
const message = { key: 'a', headers: {}, value: new TextEncoder().encode('x') };

describe('the watch over consumers', () => {
  let health: Health;
  let metrics: Metrics;
  let bus: MessageBus;
  let watch: ConsumerWatch;
  let told: (readonly string[])[];

  beforeEach(async () => {
    health = new Health();
    metrics = new Metrics('linker');
    told = [];
    watch = new ConsumerWatch({
      bus: createInMemoryMessageBus({ pollMs: 20, heartbeatMs: 20, firstPauseMs: 20, longestPauseMs: 20 }),
      health,
      metrics,
      stallMs: 400,
      everyMs: 10,
      onChange: (stalled) => told.push(stalled),
    });
    ({ bus } = watch);
    await bus.ensureTopics([{ name: TOPIC, partitions: 1, retentionMs: 1000 }]);
  });
  afterEach(async () => {
    await watch.stop();
    await bus.close();
  });

  const value = async (name: string): Promise<number | undefined> => {
    const line = (await metrics.registry.metrics()).split('\n').find((text) => text.startsWith(`${name}{`));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };

  it('turns liveness off while a batch is stuck, on again when it is done, and reports both once', async () => {
    let finish: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (finish = resolve));
    bus.subscribe({ group: 'linker', topics: [TOPIC] }, () => stuck);
    expect(health.liveness()).toEqual({ live: true, checks: { consumers: 'up' } });
    await bus.publish(TOPIC, [message, message]);
    await expect.poll(() => health.liveness().live, { timeout: 20_000 }).toBe(false);
    expect(health.liveness().checks).toEqual({ consumers: 'down' });
    expect(await value('kinledger_consumers_stalled')).toBe(1);
    expect(await value('kinledger_consumer_lag')).toBe(2);
    finish();
    await expect.poll(() => health.liveness().live, { timeout: 20_000 }).toBe(true);
    expect(told).toEqual([[`${TOPIC}/0 has stalled at 0`], []]);
  });

  it('stays alive while a handler fails: that is reported, and a new process would fail too', async () => {
    let failures = 0;
    bus.subscribe({ group: 'linker', topics: [TOPIC] }, () => {
      failures += 1;
      return Promise.reject(new Error('refused by the test'));
    });
    await bus.publish(TOPIC, [message]);
    // Failures so frequent that none is older than a stall, for several times as long.
    await expect.poll(() => failures, { timeout: 20_000 }).toBeGreaterThan(40);
    expect(told).toEqual([]);
  });

  it('measures lag, and the age of the last poll and of the last commit', async () => {
    const { ready } = bus.subscribe({ group: 'linker', topics: [TOPIC] }, () => Promise.resolve());
    await ready;
    await bus.publish(TOPIC, [message]);
    await expect.poll(() => value('kinledger_consumer_lag'), { timeout: 20_000 }).toBe(0);
    expect(await value('kinledger_consumer_last_poll_age_seconds')).toBeGreaterThanOrEqual(0);
    expect(await value('kinledger_consumer_commit_age_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('forgets a subscription that was stopped', async () => {
    const subscription = bus.subscribe({ group: 'linker', topics: [TOPIC] }, () => Promise.resolve());
    await subscription.ready;
    expect(await value('kinledger_consumer_lag')).toBeDefined();
    await subscription.stop();
    expect(await value('kinledger_consumer_lag')).toBeUndefined();
  });
});
