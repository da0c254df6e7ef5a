import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { boards, previewPage, type BoardPanel, type PanelValues } from '@kinledger/dashboards';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drill, wrongAlerts } from '../drill/drill.js';
import { faults } from '../drill/faults.js';
import { quickRules } from '../drill/quick-rules.js';
import { DrillSite } from '../drill/site.js';
import { describedMetrics, metricsPage } from '../support/metrics-document.js';
import { hasPrometheus, LocalPrometheus, type Line } from '../support/prometheus.js';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = join(root, 'docs/metrics.md');
const rules = join(root, 'deploy/prometheus/kinledger-alerts.yaml');
const present = await hasPrometheus();

/** Metrics that no dashboard shows, and why. */
const notShown: Readonly<Record<string, string>> = {};

/** A query as Grafana sends it, for a range that covers the whole run, and by the second, since the run takes seconds. */
const asSent = (expr: string) =>
  expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '10m')
    .replaceAll('$namespace', '.*')
    .replaceAll(':1m]', ':1s]');

/** In the drill a minute is a second. */
const FACTOR = 60;

describe('what operators see', () => {
  const platform = new RunningPlatform();
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-observability-'));
  const expositions: Record<string, string> = {};
  let manifest: { readonly files: readonly ProgrammeFile[] };
  let prometheus: LocalPrometheus | undefined;

  beforeAll(async () => {
    await platform.start();
    const { services } = platform.connected;
    if (present) {
      prometheus = await LocalPrometheus.start(Object.values(services), [rules]);
      // Prometheus has to see counters before they grow.
      await prometheus.until('count(up == 1)', '5');
    }
    const args = [
      'generate',
      '--out',
      folder,
      '--people',
      '120',
      '--quarters',
      '2',
      '--seed',
      'seen',
      ...fewDatasets,
    ];
    await platform.installation.run(...args);
    // The command writes this manifest.
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as typeof manifest;
    let last = '';
    for (const file of manifest.files) last = (await platform.submit(folder, file)).id;
    await platform.until(last, 'linked');
    for (const [service, url] of Object.entries(services))
      expositions[service] = await (await fetch(`${url}/metrics`)).text();
    const linked = 'sum(kinledger_file_lag_seconds_count{stage="in-figures"})';
    await prometheus?.until(linked, String(manifest.files.length));
  });
  afterAll(async () => {
    await prometheus?.stop();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const asked = async (expr: string): Promise<Line[]> => (await prometheus?.query(expr)) ?? [];
  const numbers = (lines: readonly Line[]) => lines.map(({ value }) => Number(value));

  it('is listed metric by metric on a page', async () => {
    const text = metricsPage(describedMetrics(expositions), Object.keys(expositions).length);
    const formatted = await format(text, { ...(await resolveConfig(page)), filepath: page });
    if (process.env['KINLEDGER_WRITE_GENERATED'] === '1') writeFileSync(page, formatted);
    expect(readFileSync(page, 'utf8')).toBe(formatted);
  });

  it('has labels with few values: no id, no address, no file', () => {
    for (const [service, text] of Object.entries(expositions)) {
      const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      expect(series.length, service).toBeLessThan(2_500);
      for (const [, value = ''] of text.matchAll(/\w+="([^"]*)"/g))
        expect(value, service).not.toMatch(/[0-9a-f]{16}|@|\.csv|\d{2}:\d{2}/);
    }
  });

  it('is on a dashboard, or is listed as not', () => {
    const queries = boards.flatMap(({ rows }) =>
      rows.flatMap(({ panels }) => panels.flatMap((each) => each.queries)),
    );
    const shown = queries.map(({ expr }) => expr).join('\n');
    const missing = describedMetrics(expositions)
      .map(({ name }) => name)
      .filter((name) => name.startsWith('kinledger_') && !(name in notShown))
      .filter((name) => !new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(shown));
    expect(missing).toEqual([]);
  });

  it.skipIf(!present)('is named as Prometheus recommends', async () => {
    for (const [service, text] of Object.entries(expositions)) {
      const file = join(folder, `${service}.prom`);
      writeFileSync(file, text);
      const findings = await run('sh', ['-c', `promtool check metrics < ${file} 2>&1 || true`]);
      expect(
        findings.stdout.split('\n').filter((line) => line.startsWith('kinledger_')),
        service,
      ).toEqual([]);
    }
  });

  it.skipIf(!present)(
    'has data in every panel, except where a panel is empty while all is well',
    async () => {
      const values: PanelValues[] = [];
      for (const board of boards) {
        for (const panel of board.rows.flatMap(({ panels }) => panels)) {
          const answers = [];
          for (const { expr } of panel.queries) answers.push(await asked(asSent(expr)));
          values.push({ uid: board.uid, panel: panel.title, answers });
          expectData(`${board.title}: ${panel.title}`, panel, answers);
        }
      }
      const preview = process.env['KINLEDGER_DASHBOARDS_PREVIEW'];
      if (preview !== undefined) writeFileSync(preview, previewPage(boards, values));
    },
  );

  function expectData(name: string, panel: BoardPanel, answers: readonly (readonly Line[])[]): void {
    for (const lines of answers) {
      if (panel.emptyWhenWell === true) {
        if (panel.alarmingFrom !== undefined)
          for (const value of numbers(lines)) expect(value, name).toBeLessThan(panel.alarmingFrom);
      } else {
        expect(
          numbers(lines).filter((value) => !Number.isNaN(value)).length,
          `${name}: ${panel.queries[answers.indexOf(lines)]?.expr ?? ''}`,
        ).toBeGreaterThan(0);
      }
    }
  }

  it.skipIf(!present)(
    'meets the objectives in a run in which nothing fails, and no alert fires',
    async () => {
      const objectives = boards.find(({ uid }) => uid === 'kinledger-service-levels')?.rows[0]?.panels ?? [];
      expect(objectives).toHaveLength(3);
      for (const { title, queries } of objectives)
        expect(numbers(await asked(asSent(queries[0]?.expr ?? ''))), title).toEqual([1]);
      expect(await prometheus?.firing()).toEqual([]);
    },
  );

  describe.skipIf(!present)('in a drill, with seconds for minutes in the rules', () => {
    let site: DrillSite;
    let watching: LocalPrometheus;
    beforeAll(async () => {
      const quick = join(folder, 'quick-rules.yaml');
      writeFileSync(quick, quickRules(readFileSync(rules, 'utf8'), FACTOR));
      site = new DrillSite(platform, folder);
      watching = await LocalPrometheus.start(Object.values(platform.connected.services), [quick]);
      await watching.until('count(up == 1)', '5');
    });
    afterAll(() => watching.stop());

    it.each(faults.filter(({ onlyAtLength }) => onlyAtLength !== true))(
      '($name) $alert fires, no alert that means something else, and it ends',
      async (fault) => {
        const drilled = await drill(fault, site, watching);
        expect(wrongAlerts(drilled)).toEqual([]);
        console.log(`${fault.name}: ${fault.alert} after ${drilled.seconds.toFixed(1)} s`);
      },
    );
  });
});
