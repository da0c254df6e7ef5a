export * from './errors.js';
export * from './message-bus.js';
export * from './outbox/index.js';
export { DEAD_LETTER_HEADER, MAX_PUBLISH_BYTES, messageBytes } from './publishable.js';
export * from './topic-settings.js';
