import { readFileSync } from 'node:fs';
import {
  createPostgresMessageBus,
  openKafkaMessageBus,
  type KafkaMessageBusOptions,
  type MessageBus,
} from '@kinledger/message-bus';
import type { BusConfig } from '../config/bus-config.js';

export interface BusOwner {
  /** The service's name, as shown in the server's logs and views. */
  readonly clientName: string;
  /** Called at failures that belong to no subscription. */
  readonly onError: (error: unknown) => void;
  /** Called whenever a publish could not be stored and is tried again, with the reason. Kafka only. */
  readonly onRetry?: (error: unknown) => void;
}

/**
 * Creates the message bus that the configuration names. Passwords and certificates are read from their files for each new
 * connection, so that they can be changed while the service runs.
 */
export async function configuredBus(
  config: BusConfig,
  { clientName, onError, onRetry }: BusOwner,
): Promise<MessageBus> {
  switch (config.kind) {
    case 'postgres':
      // A configuration without it was refused.
      return createPostgresMessageBus({ url: config.url ?? '', applicationName: clientName, onError });
    case 'kafka':
      return openKafkaMessageBus({
        clientId: clientName,
        ...(onRetry === undefined ? {} : { onRetry }),
        ...kafkaOptions(config.kafka),
      });
  }
}

function kafkaOptions({
  brokers = [],
  protocol,
  mechanism,
  username = '',
  passwordFile,
  caFile,
  certificateFile,
  keyFile,
  replicas,
  prefix,
}: BusConfig['kafka']): Omit<KafkaMessageBusOptions, 'clientId'> {
  const secure = protocol === 'SSL' || protocol === 'SASL_SSL';
  const authenticated = protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL';
  const content = (name: 'ca' | 'cert' | 'key', path: string | undefined) =>
    path === undefined ? {} : { [name]: readFileSync(path, 'utf8') };
  const tls = () => ({
    ...content('ca', caFile),
    ...content('cert', certificateFile),
    ...content('key', keyFile),
  });
  const password = (path: string) => () => readFileSync(path, 'utf8').trim();
  return {
    brokers,
    ...(replicas === undefined ? {} : { replicas }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(secure ? { tls } : {}),
    ...(authenticated && passwordFile !== undefined
      ? { sasl: { mechanism, username, password: password(passwordFile) } }
      : {}),
  };
}
