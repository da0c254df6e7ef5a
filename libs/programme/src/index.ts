export * from './change-strategy.js';
export * from './definition/index.js';
export * from './definition-document.js';
export * from './problem.js';
export * from './programme.js';
export * from './read-clear-schema.js';
export * from './read-postcode-lookup.js';
export * from './read-programme.js';
