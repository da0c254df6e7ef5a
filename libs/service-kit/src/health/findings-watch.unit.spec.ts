import { expect, it } from 'vitest';
import { Metrics } from '../metrics/metrics.js';
import { FindingsWatch, type Finding } from './findings-watch.js';
import { Health } from './health.js';

it('logs each finding once and its end once; a fault affects readiness, a remark does not', async () => {
  const lines: string[] = [];
  const write = ({ of, finding }: { of: string; finding: string }, text: string) =>
    void lines.push(`${text} of ${of}: ${finding}`);
  const logger = { warn: write, info: write } as never;
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
    'a finding of ledger settings: it hides events',
    'a finding of ledger settings: it has no list',
    'a finding is resolved of ledger settings: it hides events',
  ]);
});
