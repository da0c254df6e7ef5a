import { describe, expect, it } from 'vitest';
import { Metrics } from '../metrics/metrics.js';
import { Backlog } from './backlog.js';

const never = new AbortController().signal;

/** A backlog whose size the test sets, measured at every call. */
function backlog(limit: number) {
  const state = { size: 0, asked: 0 };
  const measure = async () => {
    state.asked += 1;
    return state.size;
  };
  return { state, backlog: new Backlog({ measure, limit, everyMs: 1 }) };
}

describe('a backlog', () => {
  it('is full above its limit', async () => {
    const { state, backlog: waiting } = backlog(10);
    state.size = 10;
    expect(await waiting.isFull()).toBe(false);
    state.size = 11;
    await expect.poll(() => waiting.isFull()).toBe(true);
  });

  it('tells metrics its share of the limit, beside that of others', async () => {
    const metrics = new Metrics('linker');
    const { state, backlog: waiting } = backlog(10);
    waiting.watchedBy(metrics, 'chunks');
    backlog(4).backlog.watchedBy(metrics, 'decisions');
    state.size = 15;
    await waiting.isFull();
    const { values } = (await metrics.registry.getSingleMetric('kinledger_backlog_ratio')?.get()) ?? {
      values: [],
    };
    expect(values.map(({ labels, value }) => [labels['what'], value])).toEqual([
      ['chunks', 1.5],
      ['decisions', 0],
    ]);
  });

  it('holds its producer until there is room', async () => {
    const { state, backlog: waiting } = backlog(10);
    state.size = 11;
    let through = false;
    const passing = waiting.room(never).then(() => (through = true));
    await expect.poll(() => state.asked).toBeGreaterThan(3);
    expect(through).toBe(false);
    state.size = 0;
    await passing;
    expect(through).toBe(true);
  });

  it('lets a producer that must not wait for ever continue after a while', async () => {
    const { state, backlog: waiting } = backlog(10);
    state.size = 11;
    await waiting.brake(5, never);
    expect(await waiting.isFull()).toBe(true);
  });

  it('releases its producer when it stops', async () => {
    const { state, backlog: waiting } = backlog(10);
    state.size = 11;
    const stop = new AbortController();
    const passing = waiting.room(stop.signal);
    stop.abort();
    await passing;
  });

  it('has room if measuring fails', async () => {
    const waiting = new Backlog({ measure: () => Promise.reject(new Error('away')), limit: 0 });
    await waiting.room(never);
  });

  it('is measured once for concurrent callers', async () => {
    let asked = 0;
    const waiting = new Backlog({ measure: async () => (asked += 1), limit: 10 });
    await Promise.all([waiting.isFull(), waiting.isFull(), waiting.room(never)]);
    expect(asked).toBe(1);
  });

  it('of a group counts its uncommitted messages of one topic', async () => {
    const lags = [
      { topic: 'rows', partition: 0, lag: 3 },
      { topic: 'rows', partition: 1, lag: 4 },
      { topic: 'others', partition: 0, lag: 90 },
    ];
    // The only method that is called.
    const bus = { lag: async () => lags } as unknown as Parameters<typeof Backlog.ofGroup>[0];
    expect(await Backlog.ofGroup(bus, 'linker', 'rows', 6).isFull()).toBe(true);
    expect(await Backlog.ofGroup(bus, 'linker', 'rows', 7).isFull()).toBe(false);
  });
});
