export * from './effect-tally.js';
export * from './plan-submission.js';
export * from './standing.js';
export * from './submission-id.js';
