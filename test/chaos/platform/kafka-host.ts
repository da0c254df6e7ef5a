import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import type { BusHost, ClosableBusDoor, RunningHome } from './bus-host.js';
import { KafkaBusDoor } from './kafka-bus-door.js';
import { areRunning, type Victim } from './victim.js';

/** The broker's name as a victim. */
export const BROKER = 'kafka';

/**
 * Session timeout: a member that is silent for so long loses its partitions. Far below Kafka's default of 45 s, so that
 * a round has many such losses, and twice the heartbeat interval of our members.
 */
const SESSION_MS = 6_000;

/** A Kafka broker for one platform, restarted whenever it ends. */
export class KafkaHost implements BusHost {
  readonly launcherArguments = ['--bus', 'kafka'];
  readonly environment: Readonly<Record<string, string>>;
  readonly victims: readonly Victim[];
  readonly #keeper: Promise<void>;
  #stopping = false;

  static async start(): Promise<KafkaHost> {
    const directory = mkdtempSync(join(tmpdir(), 'kinledger-chaos-kafka-'));
    const settings = {
      'group.consumer.min.session.timeout.ms': '1000',
      'group.consumer.session.timeout.ms': String(SESSION_MS),
      'group.consumer.min.heartbeat.interval.ms': '100',
      'group.consumer.heartbeat.interval.ms': '1000',
      // A restarted broker waits until the controller has fenced the killed one.
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
    };
    return new KafkaHost(directory, await startKafkaBroker({ directory, settings }));
  }

  readonly #directory: string;
  readonly #broker: KafkaBroker;

  private constructor(directory: string, broker: KafkaBroker) {
    this.#directory = directory;
    this.#broker = broker;
    this.environment = { KINLEDGER_KAFKA_BROKERS: broker.bootstrap };
    // Also while it starts, so that kills interrupt its recovery.
    this.victims = [{ name: BROKER, pids: () => [broker.pid].filter((pid) => areRunning([pid])) }];
    this.#keeper = this.#keepRunning();
  }

  openDoor(home: RunningHome): ClosableBusDoor {
    // The launcher writes this file once it has chosen a prefix.
    const { prefix } = JSON.parse(readFileSync(join(home.directory, 'bus.json'), 'utf8')) as {
      readonly prefix: string;
    };
    return new KafkaBusDoor(this.#broker.bootstrap, prefix);
  }

  keepLogs(folder: string): void {
    copyFileSync(join(this.#directory, 'broker.log'), join(folder, 'broker.log'));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#broker.kill();
    await this.#keeper;
    await this.#broker.destroy();
  }

  async #keepRunning(): Promise<void> {
    for (;;) {
      await this.#broker.ended();
      if (this.#stopping) return;
      // If it is killed while starting, the next loop restarts it.
      await this.#broker.restart().catch(() => undefined);
    }
  }
}
