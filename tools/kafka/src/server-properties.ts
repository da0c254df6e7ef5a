/** Kafka's own names. A listener is called as its protocol, without the underscore. */
export type SecuredProtocol = 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface ServerSettings {
  readonly port: number;
  readonly controllerPort: number;
  readonly data: string;
  /** Listeners that demand more, beside the plain one: their ports by protocol. */
  readonly secured: Partial<Record<SecuredProtocol, number>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** One process that is broker and controller, on loopback, with one copy of everything. */
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
    // A topic comes from its declaration, never from a misspelt name.
    'auto.create.topics.enable': 'false',
    // A group that is away for a year is still known, so nothing it has not read is deleted.
    'offsets.retention.minutes': String(366 * 24 * 60),
    ...settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}
