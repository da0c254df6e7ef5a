import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const rules = fileURLToPath(new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url));
const present = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

/** Intake counts from 0 on; the second dataset's counter stays there. */
const scenario = (kind: string, alert: string, severity: string) => `
rule_files: [${rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'kinledger_data_incidents_total{dataset="health-visiting.user",kind="${kind}",service="ingest"}'
        values: '0 0 0 0 0 1 1 1 1 1'
      - series: 'kinledger_data_incidents_total{dataset="baby-steps.user",kind="${kind}",service="ingest"}'
        values: '0 0 0 0 0 0 0 0 0 0'
    promql_expr_test:
      - { expr: 'ALERTS{alertname="${alert}"}', eval_time: 4m, exp_samples: [] }
      - expr: 'ALERTS{alertname="${alert}"}'
        eval_time: 6m
        exp_samples:
          - labels: 'ALERTS{alertname="${alert}",alertstate="firing",severity="${severity}",dataset="health-visiting.user"}'
            value: 1
`;

describe('alerts', () => {
  it('ask for metrics that intake has', () => {
    const metrics = readFileSync(
      fileURLToPath(new URL('../../apps/ingest/src/uploads/intake-metrics.ts', import.meta.url)),
      'utf8',
    );
    const asked = [...readFileSync(rules, 'utf8').matchAll(/kinledger_[a-z_]+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(1);
    for (const name of new Set(asked)) expect(metrics).toContain(`'${name}'`);
  });

  it.skipIf(!present).each([
    ['salt', 'KinledgerSaltCameWithAFile', 'critical'],
    ['clear-text', 'KinledgerClearTextWhereDigestsAreDue', 'warning'],
  ])(
    `fire at the first file with %s${present ? '' : ' (absent: no promtool)'}`,
    async (kind, alert, severity) => {
      const folder = mkdtempSync(join(tmpdir(), 'kinledger-alerts-'));
      try {
        const file = join(folder, 'test.yaml');
        writeFileSync(file, scenario(kind, alert, severity));
        await run('promtool', ['check', 'rules', rules]);
        // It ends with 1, and says what it got instead, where an alert is not as it should be.
        expect((await run('promtool', ['test', 'rules', file])).stdout).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
