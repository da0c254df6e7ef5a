export * from './outbox-relay.js';
export * from './write-outbox.js';
