export * from './rekeying/testing/wrapping-by-keys.js';
export { programmeOfHistories, RecordedHistory, STREAM } from './replay/testing/recorded-history.js';
