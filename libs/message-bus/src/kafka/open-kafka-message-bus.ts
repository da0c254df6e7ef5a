import type { MessageBus } from '../message-bus.js';
import type { KafkaMessageBusOptions } from './kafka-message-bus.js';

/** `createKafkaMessageBus`, whose client is loaded by this call: who has no Kafka need not load it. */
export async function openKafkaMessageBus(options: KafkaMessageBusOptions): Promise<MessageBus> {
  const { createKafkaMessageBus } = await import('./kafka-message-bus.js');
  return createKafkaMessageBus(options);
}
