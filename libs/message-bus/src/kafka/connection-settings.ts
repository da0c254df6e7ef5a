/** How to reach a Kafka cluster, and as whom. */
export interface KafkaConnectionSettings {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and metrics. */
  readonly clientId: string;
  /** Encrypts, and with `cert` and `key` (PEM) says who we are (mTLS). Without `ca` the system's authorities count. */
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** After so long without an answer a request has failed, and its connection is given up. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Where a broker is reached in place of the address that it advertises: through a tunnel or a test's relay. */
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
  readonly password: string;
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`; an IPv6 address stands in brackets. @throws TypeError */
export function brokerAddress(text: string): BrokerAddress {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<name>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const { v6, name, port } = match?.groups ?? {};
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535) throw new TypeError('a broker address reads host:port');
  return { host, port: Number(port) };
}
