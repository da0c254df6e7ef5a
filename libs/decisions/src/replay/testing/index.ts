export { RecordedHistory, STREAM } from './recorded-history.js';
