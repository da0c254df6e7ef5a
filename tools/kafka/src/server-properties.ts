export interface ListenerSettings {
  readonly port: number;
  readonly controllerPort: number;
  readonly data: string;
  /** How clients speak to it. Default PLAINTEXT. */
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly settings: Readonly<Record<string, string>>;
}

/** One process that is broker and controller, on loopback, with one copy of everything. */
export function serverProperties({
  port,
  controllerPort,
  data,
  protocol,
  settings,
}: ListenerSettings): string {
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${port}`,
    'listener.security.protocol.map': `CLIENTS:${protocol},CONTROLLER:PLAINTEXT`,
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
