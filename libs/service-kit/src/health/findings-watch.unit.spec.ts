import { expect, it } from 'vitest';
import { Metrics } from '../metrics/metrics.js';
import { FindingsWatch, type Finding } from './findings-watch.js';
import { Health } from './health.js';

it('logs each finding once and its end once; a fault affects readiness, a remark does not', async () => {
  const lines: string[] = [];
  const logger = {
    warn: (text: string) => void lines.push(text),
    info: (text: string) => void lines.push(text),
  } as never;
  let found: readonly Finding[] | Error = [];
  const health = new Health();
  const metrics = new Metrics('linker');
  new FindingsWatch({
    name: 'ledger settings',
    look: async () => {
      if (found instanceof Error) throw found;
      return found;
    },
    ...{ health, metrics, logger },
  });
  const ready = async () => (await health.readiness()).ready;
  const faults = async () => /ledger_settings_faults\{.*\} (\d)/.exec(await metrics.registry.metrics())?.[1];

  expect([await ready(), await faults()]).toEqual([true, '0']);
  found = [
    { weight: 'fault', sentence: 'it hides events' },
    { weight: 'remark', sentence: 'it has no list' },
  ];
  expect([await ready(), await ready(), await faults()]).toEqual([false, false, '1']);
  // Unreachable: the previous findings stay.
  found = new Error('away');
  expect(await ready()).toBe(false);
  found = [{ weight: 'remark', sentence: 'it has no list' }];
  expect([await ready(), await faults()]).toEqual([true, '0']);
  expect(lines).toEqual([
    'ledger settings: it hides events',
    'ledger settings: it has no list',
    'ledger settings, resolved: it hides events',
  ]);
});
