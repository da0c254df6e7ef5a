export * from './rekeying/testing/wrapping-by-keys.js';
export { RecordedHistory, STREAM } from './replay/testing/recorded-history.js';
