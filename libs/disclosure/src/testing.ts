export * from './testing/random-tables.js';
