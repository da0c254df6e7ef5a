import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { quickRules } from './quick-rules.js';

const shipped = readFileSync(
  fileURLToPath(new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url)),
  'utf8',
);

describe('rules for a run of seconds', () => {
  it('have every wait, range and limit of time divided by the factor', () => {
    const rules = `
      expr: max(kinledger_linker_oldest_file_seconds) > 900
      for: 2m
      expr: sum(increase(kinledger_file_lag_seconds_bucket{stage="linked",le="900"}[1h])) > 14.4 * 0.01
      expr: avg_over_time((max(kinledger_projector_lag_seconds) <= bool 300)[6h:1m]) > 6 * 0.01`;
    expect(quickRules(rules, 60)).toBe(`
      expr: max(kinledger_linker_oldest_file_seconds) > 15
      for: 2s
      expr: sum(increase(kinledger_file_lag_seconds_bucket{stage="linked",le="15"}[60s])) > 14.4 * 0.01
      expr: avg_over_time((max(kinledger_projector_lag_seconds) <= bool 5)[360s:1s]) > 6 * 0.01`);
  });

  it('are the shipped ones in everything else', () => {
    const times = /\b\d+[smhd]\b|(?<=_seconds\) (?:>|<=) (?:bool )?|le=")\d+/g;
    const quick = quickRules(shipped, 60);
    expect(quick.replaceAll(times, 'T')).toBe(shipped.replaceAll(times, 'T'));
    expect(quick.match(times)?.length).toBe(shipped.match(times)?.length);
  });

  it('are not made with a factor for which a time would be too short', () => {
    expect(() => quickRules('for: 1m', 120)).toThrow('1m is less than 120 seconds');
  });
});
