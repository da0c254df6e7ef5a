export * from './envelope.js';
export * from './errors.js';
export * from './landing-row.js';
export * from './landing-store.js';
