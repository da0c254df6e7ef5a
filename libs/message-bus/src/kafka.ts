/** A separate entry point: only installations with Kafka load its client. */
export { createKafkaMessageBus } from './kafka/kafka-message-bus.js';
