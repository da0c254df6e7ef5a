import { expect, it } from 'vitest';
import { Metrics } from './metrics.js';

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
