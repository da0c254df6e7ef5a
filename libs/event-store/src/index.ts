export * from './copy/copy-stream.js';
export * from './errors.js';
export * from './event-store.js';
export * from './in-memory/in-memory-event-store.js';
export * from './kurrentdb/kurrentdb-event-store.js';
export * from './open-event-store.js';
export * from './postgres/erase-bodies.js';
export * from './postgres/postgres-event-store.js';
