/** Apart from the rest: who has no Kafka need not load its client. */
export { createKafkaMessageBus } from './kafka/kafka-message-bus.js';
