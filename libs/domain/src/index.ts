export * from './identifiers/index.js';
export * from './checkpoints/index.js';
export * from './ledger/index.js';
export * from './linkage/index.js';
export * from './merkle/index.js';
export * from './node-digests.js';
export * from './periods/index.js';
export * from './submissions/index.js';
