export * from './outbox-relay.js';
export * from './outbox-table.js';
