import { describe, expect, it } from 'vitest';
import { FileLag } from './file-lag.js';
import { Metrics } from './metrics.js';

const accepted = '2023-10-09T00:01:00.250Z';
const countsOf = async (metrics: Metrics) => {
  const metric = await metrics.registry.getSingleMetric('kinledger_file_lag_seconds')?.get();
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [labels['le'] ?? 'sum or count', value]),
  );
};

describe('the lag of files', () => {
  it('is 0 files before the first one, so that the first one is an increase', async () => {
    const metrics = new Metrics('linker');
    new FileLag(metrics, 'linked');
    expect(await countsOf(metrics)).toMatchObject({ 900: 0, '+Inf': 0 });
  });

  it('counts a file in the buckets of the time since its acceptance', async () => {
    const metrics = new Metrics('linker');
    new FileLag(metrics, 'linked').reached(accepted, Date.parse(accepted) + 20_000);
    expect(await countsOf(metrics)).toMatchObject({ 15: 0, 30: 1, '+Inf': 1 });
  });

  it('takes a clock that is behind for no time', async () => {
    const metrics = new Metrics('linker');
    new FileLag(metrics, 'linked').reached(accepted, Date.parse(accepted) - 5_000);
    expect(await countsOf(metrics)).toMatchObject({ 1: 1, 'sum or count': 1 });
  });
});
