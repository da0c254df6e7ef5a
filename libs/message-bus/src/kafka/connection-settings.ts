/** How to connect and authenticate to a Kafka cluster. */
export interface KafkaConnectionSettings {
  /** `host:port` of some brokers; these name the others. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and metrics. */
  readonly clientId: string;
  /**
   * Encrypts, and authenticates us if `cert` and `key` (PEM) are given (mTLS). Without `ca` the system's authorities
   * apply. Called for each connection, because certificates are renewed while services run.
   */
  readonly tls?: () => KafkaTls;
  readonly sasl?: KafkaSasl;
  /** After this time without an answer a request fails and its connection is closed. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /**
   * Maps the address that a broker advertises to the one at which it is reachable: through a tunnel or a test's proxy.
   */
  readonly reach?: (address: BrokerAddress) => BrokerAddress;
}

export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaSasl {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  /** Called whenever the client authenticates, because passwords are changed while services run. */
  readonly password: () => string;
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port`; an IPv6 address is in brackets. @throws TypeError */
export function brokerAddress(text: string): BrokerAddress {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<name>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, name, port } = match?.groups ?? {};
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) throw new TypeError('a broker address reads host:port');
  return { host, port: Number(port) };
}
