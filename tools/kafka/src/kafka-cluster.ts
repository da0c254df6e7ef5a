import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  newClusterId,
  portsOf,
  startKafkaBroker,
  type KafkaBroker,
  type KafkaBrokerOptions,
} from './kafka-broker.js';

export interface KafkaClusterOptions extends Omit<KafkaBrokerOptions, 'cluster'> {
  /** How many brokers; each is a controller too. */
  readonly brokers: number;
}

export interface KafkaCluster {
  /** `127.0.0.1:port` of all brokers, separated by commas. */
  readonly bootstrap: string;
  /** Node 1 first. */
  readonly brokers: readonly KafkaBroker[];
  /** Stops all brokers and deletes their folders. */
  destroy(): Promise<void>;
}

/**
 * Starts brokers that are one cluster, with three copies of everything and two in sync if there are three or more. More
 * than half of them have to run for anything to be decided: a broker that is restarted alone waits for a second one.
 * @throws Error like `startKafkaBroker`.
 */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<KafkaCluster> {
  const { brokers: count, directory, port = 0, ...rest } = options;
  const folder = resolve(directory);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const clusterId = clusterIdOf(folder);
  const nodes = Array.from({ length: count }, (_, index) => index + 1);
  const folderOf = (node: number) => join(folder, `broker-${node}`);
  const portOf = (node: number) => (port === 0 ? 0 : port + node - 1);
  const controllers = new Map<number, number>();
  for (const node of nodes) {
    mkdirSync(folderOf(node), { recursive: true, mode: 0o700 });
    const ports = await portsOf(folderOf(node), portOf(node), options.secured ?? []);
    controllers.set(node, ports.controllerPort);
  }
  const started = await Promise.allSettled(
    nodes.map((node) =>
      startKafkaBroker({ ...rest, directory: folderOf(node), cluster: { node, controllers, clusterId } }),
    ),
  );
  const brokers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(brokers.map((broker) => broker.kill()));
    throw failed.reason;
  }
  return {
    bootstrap: brokers.map(({ bootstrap }) => bootstrap).join(),
    brokers,
    destroy: async () => {
      await Promise.all(brokers.map((broker) => broker.destroy()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All brokers are formatted with one id; it is kept, in case a later start has to format one that is missing. */
function clusterIdOf(folder: string): string {
  const file = join(folder, 'cluster-id');
  if (!existsSync(file)) writeFileSync(file, newClusterId(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
