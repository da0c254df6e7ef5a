export * from './standing.js';
export * from './submission-id.js';
