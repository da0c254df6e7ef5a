/** Kafka's names of protocols. A listener has the name of its protocol, without the underscore. */
export type SecuredProtocol = 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

/** What a broker knows of the cluster that it belongs to. */
export interface Membership {
  /** Its own number, from 1. */
  readonly node: number;
  /** Ports of all controllers, by node. */
  readonly controllers: ReadonlyMap<number, number>;
}

export interface ServerSettings {
  readonly membership: Membership;
  readonly port: number;
  readonly controllerPort: number;
  readonly data: string;
  /** Ports of the secured listeners, by protocol. */
  readonly secured: Partial<Record<SecuredProtocol, number>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** Copies of a partition in a cluster, and how many must be in sync: as the chart declares them. */
export const replicasOf = (brokers: number) => {
  const copies = Math.min(3, brokers);
  return { copies, inSync: Math.max(1, copies - 1) };
};

/** Settings for one process that is broker and controller, on loopback. */
export function serverProperties(server: ServerSettings): string {
  const { membership, port, controllerPort, data, secured, settings } = server;
  const { node, controllers } = membership;
  const { copies, inSync } = replicasOf(controllers.size);
  const listeners = [
    { name: 'CLIENTS', protocol: 'PLAINTEXT', port },
    ...Object.entries(secured).map(([protocol, at]) => ({
      name: protocol.replace('_', ''),
      protocol,
      port: at,
    })),
  ];
  const addresses = listeners.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`);
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node),
    'controller.quorum.voters': [...controllers].map(([id, at]) => `${id}@127.0.0.1:${at}`).join(),
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
    'advertised.listeners': addresses.join(),
    'listener.security.protocol.map': [
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'log.dirs': data,
    'default.replication.factor': String(copies),
    'min.insync.replicas': String(inSync),
    'offsets.topic.replication.factor': String(copies),
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': String(copies),
    'transaction.state.log.min.isr': String(inSync),
    'share.coordinator.state.topic.replication.factor': String(copies),
    'share.coordinator.state.topic.min.isr': String(inSync),
    // So that a misspelt name does not create a topic.
    'auto.create.topics.enable': 'false',
    // Remember the offsets of a stopped group for a year, so that no message that it has not read is deleted.
    'offsets.retention.minutes': String(366 * 24 * 60),
    ...settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}
