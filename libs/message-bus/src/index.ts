export type { SessionSettings } from './consumer/session-settings.js';
export * from './errors.js';
export { createInMemoryMessageBus } from './in-memory/in-memory-message-bus.js';
export {
  brokerAddress,
  type BrokerAddress,
  type KafkaConnectionSettings,
  type KafkaSasl,
  type KafkaTls,
} from './kafka/connection-settings.js';
export type { KafkaMessageBusOptions } from './kafka/kafka-message-bus.js';
export { openKafkaMessageBus } from './kafka/open-kafka-message-bus.js';
export { topicPolicy } from './kafka/topic-policy.js';
export * from './message-bus.js';
export * from './outbox/index.js';
export { partitionOf } from './partition-of.js';
export { createPostgresMessageBus, type PostgresMessageBusOptions } from './postgres/postgres-message-bus.js';
export { DEAD_LETTER_HEADER, MAX_PUBLISH_BYTES, messageBytes } from './publishable.js';
export * from './topic-settings.js';
