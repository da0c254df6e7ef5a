export * from './rekeying/testing/wrapping-by-keys.js';
export { modelWithNames } from './replay/testing/model-with-names.js';
export { programmeOfHistories, RecordedHistory, STREAM } from './replay/testing/recorded-history.js';
