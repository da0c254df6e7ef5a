import { expect, it, vi } from 'vitest';
import { Metrics } from './metrics.js';

it('does not wait for a metric whose source hangs, and does not ask it a second time', async () => {
  vi.useFakeTimers();
  try {
    const metrics = new Metrics('projector');
    let asked = 0;
    metrics.gauge({
      name: 'kinledger_hangs',
      help: 'Asks somebody who does not answer.',
      collect: () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    metrics.away({ name: 'kinledger_partner_away', help: 'The same, in one bit.', labels: [] }, {}, () => {
      return new Promise(() => undefined);
    });
    metrics.gauge({ name: 'kinledger_here', help: 'Is here.', collect: (gauge) => gauge.set(7) });
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const text = metrics.registry.metrics();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await text).toMatch(/^kinledger_hangs\{service="projector"\} Nan$/im);
      expect(await text).toMatch(/^kinledger_partner_away\{service="projector"\} 1$/m);
      expect(await text).toMatch(/^kinledger_here\{service="projector"\} 7$/m);
    }
    expect(asked).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

it('returns all other metrics if one cannot be determined', async () => {
  const metrics = new Metrics('projector');
  metrics.gauge({
    name: 'kinledger_away',
    help: 'Asks somebody who is away.',
    collect: async () => {
      throw new Error('away');
    },
  });
  metrics.gauge({
    name: 'kinledger_away_by_name',
    help: 'Asks somebody who is away.',
    labels: ['name'],
    collect: () => {
      throw new Error('away');
    },
  });
  metrics.gauge({ name: 'kinledger_here', help: 'Is here.', collect: (gauge) => gauge.set(7) });
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^kinledger_away\{service="projector"\} Nan$/im);
  expect(text).not.toMatch(/^kinledger_away_by_name\{/m);
  expect(text).toMatch(/^kinledger_here\{service="projector"\} 7$/m);
});
