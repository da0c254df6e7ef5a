import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absentBroker, startKafkaCluster, type KafkaCluster } from '@kinledger/kafka-broker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coordinatorOf } from '../kafka/coordinators.js';
import { comparable } from '../chaos/outcome/outcome.js';
import { RunningPlatform, type ProgrammeFile, type Submitted } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const SEED = 'brokers';
const absent = await absentBroker();

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}

/** A cluster notices within seconds that a broker is gone, so that the test need not wait for the usual nine. */
const watchful = { 'broker.session.timeout.ms': '5000', 'broker.heartbeat.interval.ms': '1000' };

describe.skipIf(absent !== undefined)(
  `the platform on three Kafka brokers${absent === undefined ? '' : ` (absent: ${absent})`}`,
  () => {
    let cluster: KafkaCluster;
    let kafka: RunningPlatform;
    const postgres = new RunningPlatform();
    const folder = join(postgres.installation.home, 'programme');
    let files: readonly ProgrammeFile[];

    const send = async (platform: RunningPlatform, some: readonly ProgrammeFile[]) => {
      let last: Submitted | undefined;
      for (const file of some) last = await platform.submit(folder, file);
      return last?.id ?? '';
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
        KINLEDGER_KAFKA_BROKERS: cluster.bootstrap,
        KINLEDGER_KAFKA_REPLICAS: '3',
      });
      const size = ['--people', '200', '--quarters', '1', '--seed', SEED, ...fewDatasets];
      expect(await postgres.installation.run('generate', '--out', folder, ...size)).toMatchObject({
        code: 0,
      });
      ({ files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest);
      await Promise.all([postgres.start(SEED), kafka.start(SEED, '--bus', 'kafka')]);
    });
    afterAll(async () => {
      await Promise.all([postgres.stop(), kafka.stop()]);
      await cluster.destroy();
    });

    it('goes on when the broker that coordinates its consumers is killed, and when that returns', async () => {
      const undisturbed = send(postgres, files).then((last) => postgres.until(last, 'linked'));
      const part = Math.ceil(files.length / 3);
      const [coordinator] = await coordinatorFirst();
      await send(kafka, files.slice(0, 2));
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
      const log = join(kafka.installation.home, 'logs', 'ingest.log');
      await expect
        .poll(() => readFileSync(log, 'utf8'), { timeout: 30_000 })
        .toMatch(/Kafka: Produce failed.*the message bus does not store messages/);
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
  },
);
