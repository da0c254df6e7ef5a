import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absentBroker, startKafkaCluster, type KafkaCluster } from '@kinledger/kafka-broker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { collectedAt, TraceCollector, type ReceivedSpan } from '../canary/trace-collector.js';
import { tracesOf, unlisted, unresolved, wayOfAFile } from '../canary/traces.js';
import { freeze, serviceOf, wake } from '../chaos/platform/victim.js';
import { drill, wrongAlerts } from '../drill/drill.js';
import { faultsOnKafka } from '../drill/faults.js';
import { quickRules } from '../drill/quick-rules.js';
import { DrillSite } from '../drill/site.js';
import { coordinatorOf } from '../kafka/coordinators.js';
import { hasPrometheus, LocalPrometheus } from '../support/prometheus.js';
import { Installation } from './installation.js';
import { RunningPlatform, type ProgrammeFile, type Submitted } from './running-platform.js';

const SEED = 'either bus';
const absent = await absentBroker();
const prometheusPresent = await hasPrometheus();
const rules = fileURLToPath(new URL('../../deploy/prometheus/kinledger-alerts.yaml', import.meta.url));

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}

/** A ledger line without what differs between runs: times, salts (and so commitments) and the signing key. */
const comparable = (line: string): string =>
  JSON.stringify(JSON.parse(line), (key, value: unknown) =>
    ['time', 'commitments', 'signingKey'].includes(key) ? undefined : value,
  );

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

/** A cluster notices within seconds that a broker is gone, so that the test need not wait for the usual nine. */
const watchful = { 'broker.session.timeout.ms': '5000', 'broker.heartbeat.interval.ms': '1000' };

describe.skipIf(absent !== undefined)(
  `the platform on three Kafka brokers${absent === undefined ? '' : ` (absent: ${absent})`}`,
  () => {
    let cluster: KafkaCluster;
    let kafka: RunningPlatform;
    let postgres: RunningPlatform;
    let folder: string;
    let files: readonly ProgrammeFile[];
    const traces = { kafka: new TraceCollector(), postgresql: new TraceCollector() };
    const submissions: Record<keyof typeof traces, string[]> = { kafka: [], postgresql: [] };

    const send = async (platform: RunningPlatform, some: readonly ProgrammeFile[]) => {
      const ids = submissions[platform === kafka ? 'kafka' : 'postgresql'];
      for (const file of some) ids.push((await platform.submit(folder, file)).id);
      return ids.at(-1) ?? '';
    };
    /** Sends files while the projector is frozen, so that it is then told of all decisions at once. */
    const sendAtOnce = async (platform: RunningPlatform, some: readonly ProgrammeFile[]) => {
      const frozen = await freeze(serviceOf(platform.connected.launcher.pid, 'projector'));
      try {
        const last = await send(platform, some);
        await vi.waitFor(async () => expect(await decidedOn(platform)).toBe(some.length), {
          ...{ timeout: 120_000, interval: 100 },
        });
        return last;
      } finally {
        wake(frozen);
      }
    };
    const metric = async (name: string) => {
      const text = await (await fetch(`${kafka.connected.services.ingest}/metrics`)).text();
      return Number(new RegExp(`^${name}\\{.*\\} (.+)$`, 'm').exec(text)?.[1]);
    };
    /** Brokers, the one that coordinates the linker's consumers first. */
    const coordinatorFirst = async () => {
      const { prefix } = JSON.parse(readFileSync(join(kafka.installation.home, 'bus.json'), 'utf8')) as {
        prefix: string;
      };
      const [broker] = cluster.brokers;
      const node = await coordinatorOf(broker?.bootstrap ?? '', `${prefix}linker`);
      return [...cluster.brokers.slice(node - 1), ...cluster.brokers.slice(0, node - 1)];
    };

    beforeAll(async () => {
      const directory = mkdtempSync(join(tmpdir(), 'kinledger-kafka-'));
      cluster = await startKafkaCluster({ directory, brokers: 3, settings: watchful });
      kafka = new RunningPlatform({
        ...collectedAt(await traces.kafka.listen()),
        KINLEDGER_KAFKA_BROKERS: cluster.bootstrap,
        KINLEDGER_KAFKA_REPLICAS: '3',
      });
      postgres = new RunningPlatform(collectedAt(await traces.postgresql.listen()));
      folder = join(postgres.installation.home, 'programme');
      const size = ['--people', '200', '--quarters', '1', '--seed', SEED];
      expect(await postgres.installation.run('generate', '--out', folder, ...size)).toMatchObject({
        code: 0,
      });
      ({ files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest);
      await Promise.all([postgres.start(SEED), kafka.start(SEED, '--bus', 'kafka')]);
    });
    afterAll(async () => {
      await Promise.all([postgres.stop(), kafka.stop()]);
      await cluster.destroy();
      await Promise.all([traces.kafka.close(), traces.postgresql.close()]);
    });

    it('goes on when the broker that coordinates its consumers is killed, and when that returns', async () => {
      const undisturbed = sendAtOnce(postgres, files).then((last) => postgres.until(last, 'linked'));
      const part = Math.ceil(files.length / 3);
      const [coordinator] = await coordinatorFirst();
      await sendAtOnce(kafka, files.slice(0, 2));
      await coordinator?.kill();
      await kafka.until(await send(kafka, files.slice(2, part)), 'linked');
      const returned = coordinator?.restart();
      await kafka.until(await send(kafka, files.slice(part, 2 * part)), 'linked');
      await Promise.all([returned, undisturbed]);
    });

    it('waits while two brokers of three are lost, says so, and goes on when one is back', async () => {
      const [, one, other] = await coordinatorFirst();
      await Promise.all([one?.kill(), other?.kill()]);
      // Intake goes on: what it accepts waits in the outbox.
      const last = await send(kafka, files.slice(2 * Math.ceil(files.length / 3)));
      await expect.poll(() => metric('kinledger_message_bus_away'), { timeout: 30_000 }).toBe(1);
      expect(await metric('kinledger_outbox_messages')).toBeGreaterThan(0);
      const log = readFileSync(join(kafka.installation.home, 'logs', 'ingest.log'), 'utf8');
      expect(log).toMatch(/"why":"Kafka: Produce failed.*"the message bus does not store messages"/);
      await one?.restart();
      await kafka.until(last, 'linked');
      await expect.poll(() => metric('kinledger_message_bus_away'), { timeout: 30_000 }).toBe(0);
      await other?.restart();
    });

    it('gives the same groups, the same reach and the same ledger as on PostgreSQL, undisturbed', async () => {
      const groups = await postgres.groups();
      expect(groups.length).toBeGreaterThan(100);
      expect(await kafka.groups()).toEqual(groups);
      for (const period of [...new Set(files.map((file) => file.period)), 'lifetime']) {
        const reach = `/v1/figures/reach?period=${period}`;
        expect(await kafka.read(reach)).toEqual(await postgres.read(reach));
      }
      expect((await kafka.ledger()).map(comparable)).toEqual((await postgres.ledger()).map(comparable));
    });

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
            const drilled = await drill(fault, new DrillSite(kafka, folder, cluster), watching);
            expect(wrongAlerts(drilled)).toEqual([]);
            console.log(`${fault.name}: ${fault.alert} after ${drilled.seconds.toFixed(1)} s`);
          },
        );
      },
    );
  },
);
