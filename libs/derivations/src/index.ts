export * from './candidate-keys.js';
export * from './deletions.js';
export * from './derivation.js';
export * from './ladders.js';
export * from './op-kin-1.js';
export * from './digests-in-a-cell.js';
