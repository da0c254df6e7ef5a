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
}

/** Creates the message bus that the configuration names. Reads secrets from their files once. */
export async function configuredBus(
  config: BusConfig,
  { clientName, onError }: BusOwner,
): Promise<MessageBus> {
  switch (config.kind) {
    case 'postgres':
      // A configuration without it was refused.
      return createPostgresMessageBus({ url: config.url ?? '', applicationName: clientName, onError });
    case 'kafka':
      return openKafkaMessageBus({ clientId: clientName, ...kafkaOptions(config.kafka) });
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
  return {
    brokers,
    ...(replicas === undefined ? {} : { replicas }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(secure
      ? { tls: { ...content('ca', caFile), ...content('cert', certificateFile), ...content('key', keyFile) } }
      : {}),
    ...(authenticated && passwordFile !== undefined
      ? { sasl: { mechanism, username, password: readFileSync(passwordFile, 'utf8').trim() } }
      : {}),
  };
}
