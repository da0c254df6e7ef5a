export * from './outbox-relay.js';
export * from './outbox-table.js';
export { TopicsInUse } from './topics-in-use.js';
