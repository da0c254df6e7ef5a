export * from './submission-id.js';
