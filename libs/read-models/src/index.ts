export * from './content-digest.js';
export * from './figures/reach-by-quarter.js';
export * from './figures/reach.js';
export * from './figures/received-files.js';
export * from './registry.js';
export * from './schema.js';
export * from './writing/read-model-writer.js';
