export * from './decider.js';
export * from './strategy.js';
