export * from './content-digest.js';
export * from './figures/reach-by-quarter.js';
export * from './figures/reach.js';
export * from './schema.js';
