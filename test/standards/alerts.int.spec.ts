import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const rules = join(root, 'deploy/prometheus/kinledger-alerts.yaml');
const present = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

/** Input of an alert: two series that differ in one label; only the first should make it fire. */
interface Scenario {
  readonly alert: string;
  readonly severity: string;
  readonly metric: string;
  readonly labels: string;
  readonly fires: string;
  readonly quiet: string;
  /** One value per minute. */
  readonly values: string;
  readonly quietUntil: string;
  readonly firesAt: string;
}

const once = { values: '0 0 0 0 0 1 1 1 1 1', quietUntil: '4m', firesAt: '6m' };
const datasets = { fires: 'dataset="health-visiting.user"', quiet: 'dataset="baby-steps.user"' };
const consumers = {
  fires: 'service="linker",topic="intake.internal.file-accepted.1"',
  quiet: 'service="linker",topic="linkage.internal.command.1"',
};
const linkers = { labels: 'service="linker"', fires: 'instance="a"', quiet: 'instance="b"' };

const scenarios: readonly Scenario[] = [
  {
    ...{
      alert: 'KinledgerSaltCameWithAFile',
      severity: 'critical',
      metric: 'kinledger_data_incidents_total',
    },
    ...{ labels: 'kind="salt",service="ingest"', ...datasets, ...once },
  },
  {
    ...{ alert: 'KinledgerClearTextWhereDigestsAreDue', severity: 'warning' },
    ...{ metric: 'kinledger_data_incidents_total', labels: 'kind="clear-text",service="ingest"' },
    ...{ ...datasets, ...once },
  },
  {
    ...{ alert: 'KinledgerMessagesSetAside', severity: 'critical', metric: 'kinledger_dead_letters_total' },
    ...{ labels: 'instance="a"', ...consumers, ...once },
  },
  {
    ...{ alert: 'KinledgerBatchesFail', severity: 'warning', metric: 'kinledger_batch_failures_total' },
    ...{ labels: 'instance="a"', ...consumers },
    ...{ values: '0+2x30', quietUntil: '4m', firesAt: '20m' },
  },
  {
    ...{ alert: 'KinledgerConsumersStalled', severity: 'critical', metric: 'kinledger_consumers_stalled' },
    ...{ labels: 'instance="a"', fires: 'service="linker"', quiet: 'service="projector"' },
    ...{ values: '0 0 1x20', quietUntil: '4m', firesAt: '10m' },
  },
  {
    ...{ alert: 'KinledgerOutboxWaits', severity: 'warning', metric: 'kinledger_outbox_oldest_seconds' },
    ...{ labels: 'instance="a"', fires: 'service="ingest"', quiet: 'service="pseudonymiser"' },
    ...{ values: '0+60x30', quietUntil: '7m', firesAt: '10m' },
  },
  {
    ...{ alert: 'KinledgerLedgerNotSigned', severity: 'warning' },
    ...{ metric: 'kinledger_linker_checkpoint_waiting_seconds', ...linkers },
    ...{ values: '0+60x30', quietUntil: '5m', firesAt: '6m' },
  },
  {
    ...{ alert: 'KinledgerCheckpointRefused', severity: 'critical' },
    ...{ metric: 'kinledger_linker_checkpoint_refused', ...linkers },
    ...{ values: '0 0 0 0 0 1x20', quietUntil: '4m', firesAt: '6m' },
  },
];

const ruleTest = (each: Scenario) => `
rule_files: [${rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: '${each.metric}{${each.fires},${each.labels}}'
        values: '${each.values}'
      - series: '${each.metric}{${each.quiet},${each.labels}}'
        values: '0x30'
    promql_expr_test:
      - { expr: 'ALERTS{alertname="${each.alert}",alertstate="firing"}', eval_time: ${each.quietUntil}, exp_samples: [] }
      - expr: 'ALERTS{alertname="${each.alert}",alertstate="firing"}'
        eval_time: ${each.firesAt}
        exp_samples:
          - labels: 'ALERTS{alertname="${each.alert}",alertstate="firing",severity="${each.severity}",${each.fires}}'
            value: 1
`;

describe('alerts', () => {
  it('use metrics that the services have', () => {
    const sources = ['apps', 'libs'].flatMap((folder) =>
      globSync(`${folder}/*/src/**/*.ts`, { cwd: root, exclude: (name) => name.endsWith('.spec.ts') }),
    );
    const code = sources.map((source) => readFileSync(join(root, source), 'utf8')).join('\n');
    const asked = [...readFileSync(rules, 'utf8').matchAll(/kinledger_[a-z_]+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(4);
    for (const name of new Set(asked)) expect(code.includes(`'${name}'`), name).toBe(true);
  });

  it.skipIf(!present).each(scenarios)(
    `$alert fires for its reason only${present ? '' : ' (absent: no promtool)'}`,
    async (scenario) => {
      const folder = mkdtempSync(join(tmpdir(), 'kinledger-alerts-'));
      try {
        const file = join(folder, 'test.yaml');
        writeFileSync(file, ruleTest(scenario));
        await run('promtool', ['check', 'rules', rules]);
        // promtool exits with 1 and prints the actual alerts if they differ.
        expect((await run('promtool', ['test', 'rules', file])).stdout).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.skipIf(!present)(`have a scenario each${present ? '' : ' (absent: no promtool)'}`, () => {
    const alerts = [...readFileSync(rules, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(alerts).toEqual(scenarios.map(({ alert }) => alert));
  });
});
