export * from './london-day.js';
export * from './parse-period.js';
export * from './period.js';
