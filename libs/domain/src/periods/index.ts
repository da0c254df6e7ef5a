export * from './parse-period.js';
export * from './period.js';
