/** Kafka's names of protocols. A listener has the name of its protocol, without the underscore. */
export type SecuredProtocol = 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface ServerSettings {
  readonly port: number;
  readonly controllerPort: number;
  readonly data: string;
  /** Ports of the secured listeners, by protocol. */
  readonly secured: Partial<Record<SecuredProtocol, number>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** Settings for one process that is broker and controller, on loopback, without replicas. */
export function serverProperties({ port, controllerPort, data, secured, settings }: ServerSettings): string {
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
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${controllerPort}`].join(),
    'advertised.listeners': addresses.join(),
    'listener.security.protocol.map': [
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'log.dirs': data,
    'default.replication.factor': '1',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
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
