export * from './rekeying/testing/wrapping-by-keys.js';
