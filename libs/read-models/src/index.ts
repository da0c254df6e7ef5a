export * from './content-digest.js';
export * from './records/marked-bodies.js';
export * from './registry.js';
export * from './schema.js';
export * from './writing/read-model-writer.js';
export * from './writing/read-model-filler.js';
export type { TableDigest } from './writing/filled-table.js';
