import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { collectedAt, TraceCollector, type ReceivedSpan } from '../canary/trace-collector.js';
import { tracesOf, unlisted, unresolved, wayOfAFile } from '../canary/traces.js';
import { freeze, serviceOf, wake } from '../chaos/platform/victim.js';
import { drill, wrongAlerts } from '../drill/drill.js';
import { faultsOnKafka } from '../drill/faults.js';
import { quickRules } from '../drill/quick-rules.js';
import { DrillSite } from '../drill/site.js';
import { hasPrometheus, LocalPrometheus } from '../support/prometheus.js';
import { Installation } from './installation.js';
import { comparable } from '../chaos/outcome/outcome.js';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const SEED = 'either bus';
const absent = await absentBroker();
const prometheusPresent = await hasPrometheus();
const rules = fileURLToPath(new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url));

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

/** To how many traces the span with the most links leads. */
const tracesLinkedTo = (spans: readonly ReceivedSpan[]): number =>
  Math.max(0, ...spans.map(({ links }) => new Set(links.map(({ traceId }) => traceId)).size));

const decidedOn = async (platform: RunningPlatform): Promise<number> => {
  const [row] = await platform.query<{ decided: number }>(
    `SELECT count(*)::int AS decided FROM linker.intake WHERE state = 'decided'`,
  );
  return row?.decided ?? 0;
};

describe('a demo on Kafka without a broker', () => {
  it('says in one sentence how to start a broker, and leaves nothing behind', async () => {
    const nowhere = mkdtempSync(join(tmpdir(), 'kinledger-no-kafka-'));
    const alone = new Installation({ KINLEDGER_KAFKA_BROKERS: '', KINLEDGER_KAFKA_DIR: nowhere });
    const { code, stderr } = await alone.run('demo', '--once', '--bus', 'kafka');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'kinledger: no Kafka broker runs here: start one with "npm run kafka:start", or name one in KINLEDGER_KAFKA_BROKERS',
    );
    expect(alone.processes()).toEqual([]);
    // The home has no bus yet, so the next demo may choose one.
    expect(existsSync(join(alone.home, 'bus.json'))).toBe(false);
    await alone.dispose();
    rmSync(nowhere, { recursive: true });
  });
});

describe.skipIf(absent !== undefined)(
  `the platform on Kafka${absent === undefined ? '' : ` (absent: ${absent})`}`,
  () => {
    let broker: KafkaBroker;
    let kafka: RunningPlatform;
    let postgres: RunningPlatform;
    const traces = { kafka: new TraceCollector(), postgresql: new TraceCollector() };
    const submissions: Record<keyof typeof traces, string[]> = { kafka: [], postgresql: [] };
    let periods: readonly string[];

    beforeAll(async () => {
      const directory = mkdtempSync(join(tmpdir(), 'kinledger-kafka-'));
      broker = await startKafkaBroker({ directory });
      kafka = new RunningPlatform({
        ...collectedAt(await traces.kafka.listen()),
        KINLEDGER_KAFKA_BROKERS: broker.bootstrap,
      });
      postgres = new RunningPlatform(collectedAt(await traces.postgresql.listen()));
      const folder = join(postgres.installation.home, 'programme');
      const size = ['--people', '200', '--quarters', '1', '--seed', SEED, ...fewDatasets];
      expect(await postgres.installation.run('generate', '--out', folder, ...size)).toMatchObject({
        code: 0,
      });
      const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
      periods = [...new Set(files.map(({ period }) => period))];
      await Promise.all([postgres.start(SEED), kafka.start(SEED, '--bus', 'kafka')]);
      await Promise.all([
        submitAll(postgres, folder, files, submissions.postgresql),
        submitAll(kafka, folder, files, submissions.kafka),
      ]);
    });
    afterAll(async () => {
      await Promise.all([postgres.stop(), kafka.stop()]);
      await broker.destroy();
      await Promise.all([traces.kafka.close(), traces.postgresql.close()]);
    });

    /** Submits files while the projector is frozen, so that it is then told of all decisions at once. */
    async function submitAll(
      platform: RunningPlatform,
      folder: string,
      files: readonly ProgrammeFile[],
      ids: string[],
    ): Promise<void> {
      const frozen = await freeze(serviceOf(platform.connected.launcher.pid, 'projector'));
      try {
        for (const file of files) ids.push((await platform.submit(folder, file)).id);
        await vi.waitFor(async () => expect(await decidedOn(platform)).toBe(files.length), {
          ...{ timeout: 120_000, interval: 100 },
        });
      } finally {
        wake(frozen);
      }
      await platform.until(ids.at(-1) ?? '', 'linked');
    }

    describe.each(['kafka', 'postgresql'] as const)('with traces over %s', (bus) => {
      const spans = () => traces[bus].spans;

      it('has one trace for each file, from its upload to the figures', async () => {
        const missing = () =>
          submissions[bus].flatMap((submission) => {
            const its = [...tracesOf(spans(), submission).values()];
            if (its.length !== 1) return [`${its.length} traces`];
            return wayOfAFile.filter((name) => its[0]?.includes(name) !== true);
          });
        expect(submissions[bus].length).toBeGreaterThan(3);
        await expect.poll(missing, { timeout: 10_000 }).toEqual([]);
        await expect.poll(() => unresolved(spans())).toEqual([]);
        expect(unlisted(spans())).toEqual([]);
      });

      it('links a batch of messages, and a transaction of decisions, to the traces of several files', () => {
        const batches = named(spans(), 'process linkage.public.submission-decided.1');
        expect(batches.map(({ attributes }) => attributes['messaging.system'])).toContain(bus);
        expect(tracesLinkedTo(batches)).toBeGreaterThan(1);
        const transactions = named(spans(), 'project decisions');
        expect(tracesLinkedTo(transactions)).toBeGreaterThan(1);
        const ids = new Set(transactions.map(({ spanId }) => spanId));
        const back = named(spans(), 'project decision').filter(({ links }) =>
          links.some(({ spanId }) => ids.has(spanId)),
        );
        expect(back.length).toBeGreaterThan(1);
      });
    });

    it('gives the same groups, the same reach and the same ledger as on PostgreSQL', async () => {
      const groups = await postgres.groups();
      expect(groups.length).toBeGreaterThan(100);
      expect(await kafka.groups()).toEqual(groups);
      for (const period of [...periods, 'lifetime']) {
        const reach = `/v1/figures/reach?period=${period}`;
        expect(await kafka.read(reach)).toEqual(await postgres.read(reach));
      }
      expect((await kafka.ledger()).map(comparable)).toEqual((await postgres.ledger()).map(comparable));
    });

    describe.skipIf(!prometheusPresent)(
      `in a drill, with seconds for minutes in the rules${prometheusPresent ? '' : ' (absent: no prometheus)'}`,
      () => {
        let watching: LocalPrometheus;
        beforeAll(async () => {
          const quick = join(kafka.installation.home, 'quick-rules.yaml');
          writeFileSync(quick, quickRules(readFileSync(rules, 'utf8'), 60));
          watching = await LocalPrometheus.start(Object.values(kafka.connected.services), [quick]);
          await watching.until('count(up == 1)', '5');
        });
        afterAll(() => watching.stop());

        it.each(faultsOnKafka)(
          '($name) $alert fires, no alert that means something else, and it ends',
          async (fault) => {
            const folder = join(postgres.installation.home, 'programme');
            const drilled = await drill(fault, new DrillSite(kafka, folder, broker), watching);
            expect(wrongAlerts(drilled)).toEqual([]);
            console.log(`${fault.name}: ${fault.alert} after ${drilled.seconds.toFixed(1)} s`);
          },
        );
      },
    );
  },
);
