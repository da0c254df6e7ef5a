import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

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
    ...{ alert: 'KinledgerMailsWait', severity: 'warning', metric: 'kinledger_mail_oldest_seconds' },
    ...{ labels: 'instance="a"', fires: 'service="ingest"', quiet: 'service="pseudonymiser"' },
    ...{ values: '0+60x120', quietUntil: '70m', firesAt: '80m' },
  },
  {
    ...{ alert: 'KinledgerLedgerNotSigned', severity: 'warning' },
    ...{ metric: 'kinledger_linker_checkpoint_waiting_seconds', ...linkers },
    ...{ values: '0+60x30', quietUntil: '5m', firesAt: '6m' },
  },
  {
    ...{ alert: 'KinledgerCheckpointsNotCopied', severity: 'warning' },
    ...{ metric: 'kinledger_linker_checkpoint_copies_waiting_seconds', ...linkers },
    ...{ values: '0+60x30', quietUntil: '5m', firesAt: '6m' },
  },
  {
    ...{ alert: 'KinledgerCheckpointRefused', severity: 'critical' },
    ...{ metric: 'kinledger_linker_checkpoint_refused', ...linkers },
    ...{ values: '0 0 0 0 0 1x20', quietUntil: '4m', firesAt: '6m' },
  },
];

/** Further alerts, each with series that make it fire after a while, and what stands on it. */
interface Course {
  readonly alert: string;
  readonly severity: string;
  /** One value per minute. Series of other causes, which alone would not make it fire, belong here too. */
  readonly series: Readonly<Record<string, string>>;
  /** Series with which it never fires, although they are near. */
  readonly never?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly quietUntil: string;
  readonly firesAt: string;
  /** When it is over again. */
  readonly endsAt?: string;
  readonly labels?: string;
}

/** Of a histogram of file lags: files that come, and those of them that are in time. */
const linkedFiles = (inTime: string, all: string) => ({
  'kinledger_file_lag_seconds_bucket{stage="linked",le="900",service="linker"}': inTime,
  'kinledger_file_lag_seconds_count{stage="linked",service="linker"}': all,
  // Late for another stage.
  'kinledger_file_lag_seconds_bucket{stage="in-figures",le="900",service="projector"}': '0x400',
  'kinledger_file_lag_seconds_count{stage="in-figures",service="projector"}': '0+10x400',
});
const requests = (failed: string, answered = '0+1000x400') => ({
  'kinledger_http_failures_total{service="ingest",instance="a"}': failed,
  'kinledger_http_request_seconds_count{service="ingest",status="200",route="/v1/uploads",instance="a"}':
    answered,
  // Health checks and scrapes are no requests of anybody.
  'kinledger_http_request_seconds_count{service="ingest",status="200",route="/health/live",instance="a"}':
    '0+100000x400',
  'kinledger_http_request_seconds_count{service="ingest",status="200",route="/metrics",instance="a"}':
    '0+100000x400',
  'kinledger_http_failures_total{service="projector",instance="b"}': '0x400',
  'kinledger_http_request_seconds_count{service="projector",status="503",route="/v1/explanations",instance="b"}':
    '0+1000x400',
});
/** Seconds of lag, minute by minute; nothing where no projector is heard of. */
const figures = (lag: string) => ({
  'kinledger_projector_lag_seconds{instance="a"}': lag,
  'kinledger_linker_lease_held{instance="b"}': '1x800',
});
const healthy = {
  'kinledger_uploads_receiving{service="ingest"}': '0x60',
  'kinledger_rows_pseudonymised_total{service="pseudonymiser"}': '0x60',
};

const courses: readonly Course[] = [
  {
    // Half of the files are late from the second hour on: the long window crosses 14.4 % after 18 minutes.
    ...{ alert: 'KinledgerFilesLateFast', severity: 'critical', quietUntil: '75m', firesAt: '85m' },
    // The hour before is bad until the third hour: the short window ends the alert.
    ...{ series: linkedFiles('0+10x60 605+5x60 915+10x280', '0+10x400'), endsAt: '130m' },
    never: {
      'few files, of which two are late': linkedFiles('0x60 0x340', '0x60 1 1 1 1 1 2x335'),
      'no file at all': linkedFiles('0x400', '0x400'),
      'a twelfth of the files late for ever': linkedFiles('0+110x400', '0+120x400'),
    },
  },
  {
    // Eight files in a hundred: never as fast as the fast alert asks.
    ...{ alert: 'KinledgerFilesLateSlow', severity: 'warning', quietUntil: '60m', firesAt: '390m' },
    series: linkedFiles('0+100x60 6000+92x340', '0+100x400'),
    never: {
      'few files, of which two are late': linkedFiles('0x60 0x340', '0x60 1 1 1 1 1 2x335'),
      'no file at all': linkedFiles('0x400', '0x400'),
      'five files in a hundred late': linkedFiles('0+95x400', '0+100x400'),
    },
  },
  {
    ...{ alert: 'KinledgerFileWaits', severity: 'critical', quietUntil: '15m', firesAt: '20m' },
    series: { 'kinledger_linker_oldest_file_seconds{instance="a"}': '0+60x30' },
  },
  {
    ...{ alert: 'KinledgerFiguresBehind', severity: 'critical', quietUntil: '5m', firesAt: '8m' },
    series: { 'kinledger_projector_lag_seconds{instance="a"}': '0+60x30' },
  },
  {
    // Behind from the second hour on: more than 8.64 of 60 minutes after nine.
    ...{ alert: 'KinledgerFiguresLateFast', severity: 'critical', quietUntil: '68m', firesAt: '70m' },
    ...{ series: figures('0x60 400x60 0x200'), endsAt: '130m' },
    never: {
      'seven minutes behind in an hour': figures('0x60 400x6 0x330'),
      'nearly five minutes behind for ever': figures('299x400'),
      'a projector that starts a few minutes after the linker': figures('_x4 0x396'),
    },
  },
  {
    // For three minutes in each half hour: 10 % of the time, too slow for the fast alert.
    ...{ alert: 'KinledgerFiguresLateSlow', severity: 'warning', quietUntil: '180m', firesAt: '245m' },
    series: figures(Array.from({ length: 14 }, () => '400x2 0x26').join(' ')),
    never: {
      'one minute behind in each half hour': figures(Array.from({ length: 14 }, () => '400 0x28').join(' ')),
      'behind for twenty minutes, and then never again': figures('0x60 400x19 0x320'),
    },
  },
  {
    ...{ alert: 'KinledgerRequestsFailFast', severity: 'critical', quietUntil: '70m', firesAt: '125m' },
    ...{ series: requests('0x60 0+20x65 1300x270'), labels: 'service="ingest"', endsAt: '135m' },
    never: {
      'five requests in an hour, which all fail': requests('0x60 0 1 2 3 4 5x335', '0x60 0 1 2 3 4 5x335'),
      'no request at all': requests('0x400', '0x400'),
      'one failure in a hundred for ever': requests('0+10x400'),
    },
  },
  {
    ...{ alert: 'KinledgerRequestsFailSlow', severity: 'warning', quietUntil: '70m', firesAt: '395m' },
    ...{ series: requests('0x60 0+8x340'), labels: 'service="ingest"' },
    never: {
      'five requests in an hour, which all fail': requests('0x60 0 1 2 3 4 5x335', '0x60 0 1 2 3 4 5x335'),
      'no request at all': requests('0x400', '0x400'),
      'five failures in a thousand for ever': requests('0+5x400'),
    },
  },
  {
    ...{ alert: 'KinledgerDatabaseAway', severity: 'critical', quietUntil: '4m', firesAt: '6m' },
    ...{ labels: 'service="linker",database="platform"' },
    series: {
      'kinledger_database_away{service="linker",database="platform",instance="a"}': '0 0 0 1x20',
      'kinledger_database_away{service="ingest",database="restricted",instance="b"}': '0 0 0 1 0x20',
    },
  },
  {
    ...{ alert: 'KinledgerDatabaseFull', severity: 'critical', quietUntil: '4m', firesAt: '6m' },
    ...{ labels: 'service="ingest"' },
    series: {
      'kinledger_database_full_errors_total{service="ingest",instance="a"}': '0 0 0 0 0 1x20',
      'kinledger_database_full_errors_total{service="linker",instance="b"}': '0x30',
    },
  },
  {
    ...{ alert: 'KinledgerMessageBusAway', severity: 'critical', quietUntil: '4m', firesAt: '6m' },
    ...{ labels: 'service="ingest"' },
    series: {
      'kinledger_message_bus_away{service="ingest",instance="a"}': '0 0 0 1x20',
      'kinledger_message_bus_away{service="linker",instance="b"}': '0 0 0 1 0x20',
    },
  },
  {
    ...{ alert: 'KinledgerLinkerHalted', severity: 'critical', quietUntil: '2m', firesAt: '4m' },
    series: {
      'kinledger_linker_halted{instance="a"}': '0 0 0 1x20',
      'kinledger_linker_halted{instance="b"}': '0x30',
    },
  },
  {
    ...{ alert: 'KinledgerProjectorHalted', severity: 'critical', quietUntil: '2m', firesAt: '4m' },
    series: { 'kinledger_projector_halted{instance="a"}': '0 0 0 1x20' },
  },
  {
    ...{ alert: 'KinledgerNoLinkerAtWork', severity: 'critical', quietUntil: '4m', firesAt: '6m' },
    series: {
      'kinledger_linker_lease_held{instance="a"}': '1 1 1 0x20',
      'kinledger_linker_lease_held{instance="b"}': '0x30',
    },
  },
  {
    ...{ alert: 'KinledgerNoProjectorAtWork', severity: 'critical', quietUntil: '8m', firesAt: '12m' },
    // Nothing is heard of it after three minutes; Prometheus forgets it after five more.
    series: { 'kinledger_projector_writer{instance="a"}': '1x3' },
  },
  {
    ...{ alert: 'KinledgerServiceAway', severity: 'critical', quietUntil: '9m', firesAt: '20m' },
    ...{ labels: 'service="reporting-api"' },
    series: {
      ...healthy,
      'kinledger_http_request_seconds_count{service="reporting-api",instance="a"}': '1x3',
      'kinledger_http_request_seconds_count{service="ingest",instance="b"}': '1x60',
    },
  },
  {
    ...{ alert: 'KinledgerSubmissionParked', severity: 'warning', quietUntil: '7m', firesAt: '10m' },
    series: {
      'kinledger_linker_inbox{what="parked",instance="a"}': '0 0 0 1x20',
      'kinledger_linker_inbox{what="waiting",instance="a"}': '9x30',
    },
  },
  {
    ...{ alert: 'KinledgerErasureOverdue', severity: 'critical', quietUntil: '60m', firesAt: '62m' },
    series: { 'kinledger_erasure_oldest_seconds{instance="a"}': '0+60x70' },
  },
  {
    ...{ alert: 'KinledgerErasureListUnreadable', severity: 'critical', quietUntil: '2m', firesAt: '4m' },
    series: { 'kinledger_linker_unreadable_erasures_total{instance="a"}': '0 0 0 1x20' },
  },
  {
    ...{ alert: 'KinledgerEventStoreAway', severity: 'critical', quietUntil: '4m', firesAt: '6m' },
    ...{ labels: 'service="linker"' },
    series: {
      'kinledger_event_store_away{service="linker"}': '0 0 0 1x20',
      'kinledger_event_store_away{service="projector"}': '0 0 0 1 0x20',
    },
  },
  {
    ...{ alert: 'KinledgerLedgerSettings', severity: 'critical', quietUntil: '7m', firesAt: '10m' },
    ...{ labels: 'service="linker"' },
    series: { 'kinledger_ledger_settings_faults{service="linker"}': '0 0 0 1x20' },
  },
  {
    ...{ alert: 'KinledgerVolumeFills', severity: 'critical', quietUntil: '7m', firesAt: '10m' },
    ...{ labels: 'namespace="k",persistentvolumeclaim="platform-1"' },
    series: {
      'kubelet_volume_stats_available_bytes{namespace="k",persistentvolumeclaim="platform-1"}': '50x2 10x20',
      'kubelet_volume_stats_capacity_bytes{namespace="k",persistentvolumeclaim="platform-1"}': '100x30',
      'kubelet_volume_stats_available_bytes{namespace="k",persistentvolumeclaim="somebody-else"}': '1x30',
      'kubelet_volume_stats_capacity_bytes{namespace="k",persistentvolumeclaim="somebody-else"}': '100x30',
    },
  },
  {
    // The test's clock begins at 0: the end is after 7 days and 5 minutes.
    ...{ alert: 'KinledgerCertificateExpires', severity: 'warning', quietUntil: '10m', firesAt: '20m' },
    ...{ labels: 'namespace="k",name="kinledger-ingest"' },
    series: {
      'certmanager_certificate_expiration_timestamp_seconds{namespace="k",name="kinledger-ingest"}':
        '605100x30',
      'certmanager_certificate_expiration_timestamp_seconds{namespace="k",name="another"}': '600x30',
    },
  },
];

const inputOf = (series: Course['series']) =>
  Object.entries(series)
    .map(([name, values]) => `      - { series: '${name}', values: '${values}' }`)
    .join('\n');
const firing = (alert: string) => `ALERTS{alertname="${alert}",alertstate="firing"}`;

const courseTest = ({ alert, severity, series, never = {}, quietUntil, firesAt, endsAt, labels }: Course) => `
rule_files: [rule.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
${inputOf(series)}
    promql_expr_test:
      - { expr: 'max_over_time(${firing(alert)}[${quietUntil}])', eval_time: ${quietUntil}, exp_samples: [] }
      - expr: '${firing(alert)}'
        eval_time: ${firesAt}
        exp_samples:
          - labels: 'ALERTS{alertname="${alert}",alertstate="firing",severity="${severity}"${labels === undefined ? '' : `,${labels}`}}'
            value: 1
${endsAt === undefined ? '' : `      - { expr: '${firing(alert)}', eval_time: ${endsAt}, exp_samples: [] }`}
${Object.entries(never)
  .map(
    ([name, near]) => `
  - interval: 1m
    name: ${name}
    input_series:
${inputOf(near)}
    promql_expr_test:
      - { expr: 'max_over_time(${firing(alert)}[400m])', eval_time: 400m, exp_samples: [] }
`,
  )
  .join('')}`;

const ruleTest = (each: Scenario) => `
rule_files: [rule.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: '${each.metric}{${each.fires},${each.labels}}'
        values: '${each.values}'
      - series: '${each.metric}{${each.quiet},${each.labels}}'
        values: '0x30'
    promql_expr_test:
      - { expr: '${firing(each.alert)}', eval_time: ${each.quietUntil}, exp_samples: [] }
      - expr: '${firing(each.alert)}'
        eval_time: ${each.firesAt}
        exp_samples:
          - labels: 'ALERTS{alertname="${each.alert}",alertstate="firing",severity="${each.severity}",${each.fires}}'
            value: 1
`;

/** A file with this alert's rule alone, because promtool evaluates every rule at every step. */
function ruleOf(alert: string) {
  // promtool has checked the file's form.
  const { groups } = parse(readFileSync(rules, 'utf8')) as {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly { readonly alert: string }[];
    }[];
  };
  const its = groups.flatMap((group) => group.rules).filter((rule) => rule.alert === alert);
  return { groups: [{ name: 'alone', rules: its }] };
}

describe('alerts', () => {
  it('use metrics that the services have', () => {
    const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    const known = new Set([...page.matchAll(/^\| `(kinledger_\w+)`/gm)].map(([, name]) => name));
    const asked = [...readFileSync(rules, 'utf8').matchAll(/kinledger_[a-z_]+/g)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(4);
    for (const name of new Set(asked))
      expect(known, name).toContain(name.replace(/_(bucket|count|sum)$/, ''));
  });

  const tests = [
    ...scenarios.map((each) => ({ alert: each.alert, test: ruleTest(each) })),
    ...courses.map((each) => ({ alert: each.alert, test: courseTest(each) })),
  ];

  it.skipIf(!present).each(tests)(
    `$alert fires for its reason only${present ? '' : ' (absent: no promtool)'}`,
    async ({ alert, test }) => {
      const folder = mkdtempSync(join(tmpdir(), 'kinledger-alerts-'));
      try {
        const file = join(folder, 'test.yaml');
        writeFileSync(file, test);
        writeFileSync(join(folder, 'rule.yaml'), stringify(ruleOf(alert)));
        // promtool exits with 1 and prints the actual alerts if they differ.
        expect((await run('promtool', ['test', 'rules', file])).stdout).toContain('SUCCESS');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.skipIf(!present)(`have a scenario each${present ? '' : ' (absent: no promtool)'}`, () => {
    const alerts = [...readFileSync(rules, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(alerts).toEqual(tests.map(({ alert }) => alert));
  });

  it.skipIf(!present)(
    `are rules that Prometheus takes${present ? '' : ' (absent: no promtool)'}`,
    async () => {
      expect((await run('promtool', ['check', 'rules', rules])).stdout).toContain('SUCCESS');
    },
  );

  it('have a runbook each, which says what to do, and no runbook is without its alert', () => {
    const text = readFileSync(rules, 'utf8');
    const named = [...text.matchAll(/- alert: (\w+)[\s\S]*?runbook: (\S+)/g)].map(([, alert, page]) => [
      alert,
      page,
    ]);
    expect(named).toEqual(tests.map(({ alert }) => [alert, `docs/guides/operations/runbooks/${alert}.md`]));
    for (const [alert = '', page = ''] of named) {
      const headings = [...readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.*)$/gm)].map(
        ([, heading]) => heading,
      );
      expect(headings, page).toEqual([alert, 'Meaning', 'Impact', 'First look', 'Mend', 'When to escalate']);
    }
    const pages = globSync('docs/guides/operations/runbooks/Kinledger*.md', { cwd: root });
    expect(pages.length).toBe(named.length);
  });
});
