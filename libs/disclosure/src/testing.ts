export * from './testing/random-tables.js';
export * from './testing/programme-release.js';
