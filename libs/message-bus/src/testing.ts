import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Kafka broker for the duration of the test run, or the reason why there is none. */
    kafka: KafkaForTests;
  }
}

/** The broker's groups drop a silent member after `sessionMs`. */
export type KafkaForTests =
  | { readonly bootstrap: string; readonly sessionMs: number; readonly absent?: undefined }
  | { readonly absent: string };

export { FreezableRelay } from './contract/freezable-relay.js';
export { messageBusFeatures } from './contract/message-bus.features.js';
export type { BusUnderTest } from './contract/bus-under-test.js';
export { outboxFeatures } from './outbox/contract/outbox.features.js';
