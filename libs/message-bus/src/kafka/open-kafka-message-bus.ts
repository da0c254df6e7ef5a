import type { MessageBus } from '../message-bus.js';
import type { KafkaMessageBusOptions } from './kafka-message-bus.js';

/** `createKafkaMessageBus`, with its client imported by this call, so that only installations with Kafka load it. */
export async function openKafkaMessageBus(options: KafkaMessageBusOptions): Promise<MessageBus> {
  const { createKafkaMessageBus } = await import('./kafka-message-bus.js');
  return createKafkaMessageBus(options);
}
