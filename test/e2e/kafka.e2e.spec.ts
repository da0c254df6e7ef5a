import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drill, wrongAlerts } from '../drill/drill.js';
import { faultsOnKafka } from '../drill/faults.js';
import { quickRules } from '../drill/quick-rules.js';
import { DrillSite } from '../drill/site.js';
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
    const postgres = new RunningPlatform();
    let periods: readonly string[];

    beforeAll(async () => {
      const directory = mkdtempSync(join(tmpdir(), 'kinledger-kafka-'));
      broker = await startKafkaBroker({ directory });
      kafka = new RunningPlatform({ KINLEDGER_KAFKA_BROKERS: broker.bootstrap });
      const folder = join(postgres.installation.home, 'programme');
      const size = ['--people', '200', '--quarters', '1', '--seed', SEED];
      expect(await postgres.installation.run('generate', '--out', folder, ...size)).toMatchObject({
        code: 0,
      });
      const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
      periods = [...new Set(files.map(({ period }) => period))];
      await Promise.all([postgres.start(SEED), kafka.start(SEED, '--bus', 'kafka')]);
      await Promise.all(
        [postgres, kafka].map(async (platform) => {
          let last: Submitted | undefined;
          for (const file of files) last = await platform.submit(folder, file);
          await platform.until(last?.id ?? '', 'linked');
        }),
      );
    });
    afterAll(async () => {
      await Promise.all([postgres.stop(), kafka.stop()]);
      await broker.destroy();
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
