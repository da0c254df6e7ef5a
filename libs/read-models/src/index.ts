export * from './content-digest.js';
export * from './registry.js';
export * from './schema.js';
export * from './writing/read-model-writer.js';
