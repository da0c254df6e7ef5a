import { describe, expect, it } from 'vitest';
import { Metrics } from '../metrics/metrics.js';
import { DependencyWatch } from './dependency-watch.js';
import { Health } from './health.js';

const watched = () => {
  const lines: unknown[] = [];
  const logger = {
    warn: (...line: unknown[]) => void lines.push(line),
    info: (...line: unknown[]) => void lines.push(line),
  };
  const health = new Health();
  const metrics = new Metrics('projector');
  const watch = new DependencyWatch({ name: 'event store', health, metrics, logger });
  const metric = async () =>
    /kinledger_event_store_away\{.*\} (\d)/.exec(await metrics.registry.metrics())?.[1];
  return { lines, health, watch, metric };
};

describe('a dependency of a service', () => {
  it('is logged once when it becomes unreachable and once when it is back, with the duration', () => {
    const { lines, watch } = watched();
    watch.told({ state: 'away', why: 'nobody answers at store:2113' });
    watch.told({ state: 'back', afterMs: 61_500 });
    expect(lines).toEqual([
      [{ dependency: 'event store', why: 'nobody answers at store:2113' }, 'a dependency is unreachable'],
      [{ dependency: 'event store', seconds: 61.5 }, 'a dependency answers again'],
    ]);
  });

  it('is shown in a metric and in words while it is unreachable', async () => {
    const { watch, metric } = watched();
    expect([await metric(), watch.away]).toEqual(['0', undefined]);
    watch.told({ state: 'away', why: 'nobody answers' });
    expect([await metric(), watch.away]).toEqual(['1', 'nobody answers']);
    watch.told({ state: 'back', afterMs: 1 });
    expect([await metric(), watch.away]).toEqual(['0', undefined]);
  });

  it('is called for readiness, and only once while it does not answer', async () => {
    const { health, watch } = watched();
    let asked = 0;
    const answers: (() => void)[] = [];
    watch.check(() => {
      asked += 1;
      return new Promise<void>((resolve) => answers.push(resolve));
    });
    const both = Promise.all([health.readiness(), health.readiness()]);
    expect(asked).toBe(1);
    answers[0]?.();
    expect((await both).map(({ checks }) => checks)).toEqual([
      { 'event-store': 'up' },
      { 'event-store': 'up' },
    ]);
    const next = health.readiness();
    expect(asked).toBe(2);
    answers[1]?.();
    await next;
  });
});
